"""
How fast ccmcp is, and how much memory it takes: figures beside targets. Run by hand, never by the test suite.

    CCMCP_DATA=... uv run python -m tests.benchmarks.run

corpus     real transcripts -> a history of any size
texts      a line -> the text a search should find
floors     what no index can beat: orjson alone, Tantivy alone
rivals     fast-resume over the same files
queries    texts -> five hundred mixed queries
product    ccmcp, in a process of its own
measure    clocks and memory of processes
run        all of it -> one table
"""
