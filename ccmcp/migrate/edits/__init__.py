"""
Values in lines of JSON replaced, by spans of bytes: nothing is decoded and written anew, so all else stays as it was. Pure.

    redacting   whole files without their secrets
    spans       lines, edited
    forks, paths    a copy's session id; paths that lie elsewhere now, and secrets
    prompts, settings   the prompt history; the client's own entry of a project
    members     where keys and values stand in a line
"""
