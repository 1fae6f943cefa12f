"""
How fast ccmcp is, how much memory it takes, and whether it finds the session that was meant: figures, taken by hand,
never by the test suite.

    CCMCP_DATA=... uv run python -m tests.benchmarks.run
    CCMCP_DATA=... uv run python -m tests.benchmarks.relevance

corpus     real transcripts -> a history of any size
texts      a line -> the text a search should find
floors     what no index can beat: orjson alone, Tantivy alone
rivals     fast-resume over the same files
queries    texts -> five hundred mixed queries
classified labelled commands -> how often the rules are right, and how soon
product    ccmcp, in a process of its own
measure    clocks and memory of processes
run        all of it -> one table

sessions   transcripts -> sessions as people remember them
sets       sessions -> questions with known answers
larger     sessions -> the same among many others
relevance  all sets -> one table
"""
