"""
Sessions in one file, for another machine, user or folder: a ZIP of plain files.

    creating    chosen sessions -> a bundle
    files       their files, read while others may write to them
    sources     which files these are
    archive     the ZIP as it is written
    reading     a bundle -> what it carries, every byte of it checked
    zipped      the ZIP as it is read
    manifest    what it says of itself, as JSON
    layout      what a bundle is
"""
