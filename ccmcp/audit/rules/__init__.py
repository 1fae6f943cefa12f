"""
The rules: one file = one rule or one family. A folder for each thing that rules look at.

    commands    simple commands of a shell text
    scripts     a shell text as a whole: pipelines, inline code
    accesses    files that are read, written, deleted
    fetches     what is asked of the net
    calls       calls of any tool
    powershell  PowerShell lines
    sessions    a session with its subagents
    texts       what stands in a text: secrets, signs of injection
    records     what is recorded of transcripts

A rule's documentation is the docstring of its function, with examples that run as tests. Modules that begin with an
underscore are what rules share.
"""
