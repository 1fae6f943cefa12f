"""
Projects whose folder is gone, and where it went: told by git, by files and names. I/O: reads only.

    find        all of them, with what is proposed for each
    likeness    how much a folder is like one that is gone
    evidence    what transcripts say that tells a folder again
    nearby      whether a folder is gone at all, and the folders around
"""
