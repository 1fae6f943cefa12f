"""
Shell text -> the commands it would run. Pure.

    script      the whole of it
    texts       a text by one of the next two
    reader      a parsed text -> statements, pipelines, commands
    plain       texts of plain words, without the parser
    running     a simple command -> what it runs
    assigning, wrappers     variables; sudo, env, xargs, timeout ...
    sessions, words     ssh, docker, tmux, git; words with what is put in
    frame, interpreters, options, outputs, scope    inline code; what echo prints; variables and folders
    command, expand, heredocs, tree     the values; braces; here-documents; tree-sitter and its repairs
"""
