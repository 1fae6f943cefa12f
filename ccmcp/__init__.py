"""
ccmcp: a memory of your Claude Code work, over MCP and from the shell.

The map, top to bottom: a module may import what stands below it, never above. Data
flows up: files become entries, entries become an index, the index answers tools.

    __main__        python -m ccmcp
    cli/            tools -> commands; the only place that prints and exits
        run         an argument list -> an answer and an exit code
        parser      an argument list -> which command, with what
        commands    every command: the tools', and the few others
        init, completion, serving       the commands that are no tools
        verify, decide  reports checked and signed; findings suppressed, a baseline
        migrate, bundle, asking     migrations listed and recovered; bundles; a question first
        rules, classify, hook   what the audit looks for, and says of calls to come
        registration                    where and how clients start ccmcp
        clients, entry, jsonc, toml_server      what clients' settings look like, and adding to them
        scripts     completion scripts
        help, command       what --help says; what a command is, and one run of it
        options     a tool's parameters as flags
        progress, terminal, clock   a bar; where answers go; the reader's time
    server/         tools -> MCP; the only place that imports mcp; all that leaves passes its choke point
        manifest    asks the real server what the front will answer
        conversation    the server and its client, until one of them ends it
        app         the catalogue of tools as a server of both protocol eras
        front       the opening questions, answered from a file while the rest still loads
        wire, ending        the client's two pipes; how the process ends
        calls, asking   runs tools in threads; asks the user before something is written
        arguments, choke    dataclasses -> schemas; what leaves is sanitised and redacted
        instructions    what an agent is told first
    tools/          WHAT CCMCP CAN DO: one file = one operation = one MCP tool = one command
        search_sessions, list_sessions, read_session, find_tool_calls, usage_report, session_insights
        audit_findings, compliance_report, resume_command, index_status
        plan_migration, apply_migration, undo_migration
        _accounted, _audited, _recorded     what two of them have found, and beside calls
        _spent_details, _spent_amounts, _reviewed   what two others have counted, as it is answered
        _migrating, _money, _filters    what the last three say alike; budgets; what several are asked alike
    views/          how answers read, for a model and in a terminal
        migrated, migration, proposed, planned  what became of plans; plans; proposals; as values
        calls, found, patterns, risks   tool calls; found sessions; insights; findings
        spent_screen, spent_table, spent_labels, spent_text, spent      tokens and money
        columns, hanging, figures, words    tables with bars; paragraphs; numbers; what is quoted
    history         the one object the tools hold: sessions, and an index that follows them
    migrate/        sessions that follow their project: planned, done, undone; bundles; its map is its own
    audit/          what was done -> findings: what was risky, what came of it; and reports of them
    usage/          tokens -> money: which response cost what, by anything that tells them apart
        report      a question -> rows, totals, what no line accounts for
        standings, rows, budgets, blocks, keys  where budgets stand; rows in order; five-hour blocks
        amount, cost    tokens with a price on them; the client's formula and ccusage's
        prices      a model, a day, a size of prompt -> what a token cost
        periods, windows    time zones as arithmetic; how much context a model takes
    insights/       what sessions did -> patterns that say a habit needs work; one file = one pattern
        compactions, corrections, edited_over, error_endings, failing_commands, failing_tools, idle_agents
        interruptions, loops, permission_prompts, refusals, repeated_reads, slow_calls, taken_back
        _review, _tally, _objections, _pattern, _window, _shell, _faults, _paths    what patterns share
    work/           one session's activity: conversations, turns, what calls and results cost there
        waste, turns, session, cost
    reading/        a session's files -> pages for a reader with a budget
        read        the whole of it: a request in, a page out
        source      files -> entries
        position    where a page begins
        page        things to show -> one page within a budget
        outline     lines -> turns, as one line each
        omitted     what is not shown, in words
        layout      how quoted history looks in a text
        scope       which lines, in which order
        items       an entry -> what is shown of it
        branches    what was left behind by going back
        lines       what is remembered of each line
    resume          a session -> the line that resumes it
    index/          files -> a full-text index and a catalogue; the only place that knows Tantivy and SQLite
        status      what is indexed, what was damaged
        index       the index as one object: refresh, search, sessions, session
        beside      a build that runs beside the questions
        coverage    how much of the history answers cover
        overlay     what is not in the stores yet, in memory
        afterwards  what analysers see after the indexing
        integrity   transcripts against what was recorded of them
        risks, deeds    findings, filtered; what was done, counted
        sums, union     tokens, summed; several catalogues as one
        search      a question -> sessions, best first
        reasons, facets, similar    why one ranks where it does, how they spread, what one is most about
        ranking, narrow     sessions in order, repetitions as one; which may be found at all
        source      one state of the stores, asked one question
        match       terms -> Tantivy queries over passages
        units, spelling     a query's words -> what session documents are asked for; mistyped ones
        excerpts    a passage's place -> its words and the part that matters
        stores, locks       the two stores, opened together, begun anew when damaged; one writer at a time
        build       changes -> both stores, in batches
        judging     sessions with their findings, judged as a whole
        activity, chosen, spending      what sessions did; which responses are asked for
        renew       session documents and summaries, when all files are known
        order       in which order and batches files are read
        record      what a batch writes into the catalogue
        known       what the catalogue knows of files
        sessions    facts of files -> rows of sessions
        readahead   files read in a process of their own
        intake      one file of any kind -> passages and facts
        docs        words -> Tantivy documents
        about       how much a session is about each of its words
        copies      which entries another file already holds
        ledger, counting    lines that state usage -> responses, each counted once
        harvest     a file's lines -> words, facts, rows
        done, moments, stated, own      rows of calls, of what else happened, of usage; ccmcp's own calls
        analysis    what analysers see, and the rows they give
        changes, seams      what is on disk against what is known; an append told from a rewrite
        question    what is asked and answered
        callrows, agents, calling, aims, patterns, commands      tool calls, counted, grouped
        projects, listing   the catalogue -> projects, sessions
        query       what a person typed -> terms and filters
        fulltext    the two Tantivy indexes on disk
        catalog     the SQLite catalogue
        schema      fields and tokenizers
        facts       entries -> facts of one file
        folding     text -> the same in lower case, without accents
        tokens      text -> the tokens of session documents, counted
        concepts, languages     words that mean the same, of many languages; their stems
        words       text -> what the tokenizers are fed
        weights     every weight of the ranking, and what it is for
        codes       what the stores hold, in names and numbers
    transcripts/    files -> entries -> passages; the only place that knows Claude Code's format
        discover, retention     the files of a root; how long the client keeps them
        passages    entries -> what was said or done, by whom
        results     what came of a tool call
        calls       what a tool call was aimed at
        belonging   what a transcript says of where it belongs, read as bytes
        decode      bytes -> entries; never raises
        entries     what one line can be
        content     what a message can hold
        projects    project folders <-> paths
        vocabulary  the words for who speaks and what is said
    redact/         text without secrets and without what hides
    salt, decisions     the salt of fingerprints; what the user has decided about findings
    timeframe       "7d", "last-week" -> times
    config          roots, folders, settings; the only place that reads the environment
    screen          columns, colours and relative times for terminals
    result          results -> JSON, descriptions, cursors, token estimates
    limits          what a parameter may be
    plugins         one file = one tool
    errors, values  every error, with its message; dataclasses for what must load fast

To add a tool, a pattern or a price, copy a neighbour; nothing else changes.
"""

__version__ = "0.1.0"
