"""
What was done -> findings: what was risky, what came of it, what to do; and reports of them. Pure, but for `modules`.

Top to bottom, as in the map of ccmcp: a module may import what stands below it.

    sequences, texts, watching  whole sessions, secrets in texts, calls -> the index's rows
    rules/      one file = one rule or one family; a folder for each thing that rules look at
    strangers, untrusted    texts that somebody else wrote, and the signs in them
    catalogue   every rule, described
    engine      a call -> what the rules say of it
    accesses, fetches   which files a call touches; which hosts it asks or sends to
    shell_files, code_files, shell_hosts, shell_transfers   the same of commands and inline code
    formats/    one file = one format of a report
    compliance, finding     the values that reports are made of
    credentials, credential_places  a path -> whose secrets it holds
    modules     which modules of rules a program is to be put to
    course      a session as one line of steps
    traces, injection   what can be followed of a text; phrases and hidden text
    sql, places, hosts  statements that take data away; what kind of place a path is; known hosts
    call        a tool call as rules see it
    shell/      shell text -> the commands it would run
    rule, ruleset   what a rule is; the versions of all of them

To add a rule, copy a neighbour in its folder of rules/; nothing else changes.
"""
