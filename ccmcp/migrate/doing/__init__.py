"""
Steps done as one, taken back, recovered after a crash: the only place that writes to a history.

    undoing     what takes a migration back, as things are now
    recovering  what a crash left half done, ended
    transaction     all steps, or none
    safety      what must hold before anything is done
    stepwise    steps done and taken back, one by one
    journal     what is written down before
    rewriting   files that are shared with a client that runs
    content     where the bytes of a file to be made come from
    disk        the calls to the file system
"""
