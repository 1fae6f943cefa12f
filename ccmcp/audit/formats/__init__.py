"""
Findings and reports -> documents. One file = one format. Pure.

    html, markdown      documents to read and to print
    _weekly, _reports, _findings    what stands in them
    ocsf, sarif, comma      one event a line; for code scanners; rows
    _taxonomies, _controls, _data, _document, _style, _words    what they share
"""
