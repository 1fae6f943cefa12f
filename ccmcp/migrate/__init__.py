"""
Sessions moved, copied and carried: a plan of what would be done, pure; then the doing, which loses nothing and can be undone.

Top to bottom, as in the map of ccmcp: a module may import what stands below it.

    explaining  what migrations did to transcripts, for audits
    applying    plans kept, applied, undone, recovered
    bounds      where a plan may write, whatever it says itself
    packing, unpacking, preparing   what somebody asks for -> a bundle; a plan with its risks
    checking    sessions in their new places -> whether Claude Code finds them there
    gathering, secrets  what there is on disk, as a plan asks for it; secrets in it, counted
    doing/      steps done as one, taken back, recovered: the only place that writes to a history
    orphans/    projects whose folder is gone, and where it went
    risks/      one file = one thing to know before it is done
    planning, carrying, owned   a wish and what there is -> steps: sessions, and what is the project's
    route, draft    from where to where; what a plan is made of
    bundles/    sessions in one file, for another machine, user or folder
    surroundings, repository, running   what a folder is, in git and else; which sessions run
    bounded     files of others, read within bounds
    survey      the files of a project's sessions, and where these say they belong
    edits/      values in lines replaced, by spans of bytes
    plan, steps     what a plan says; what can be done to files

To add a risk, copy a neighbour in risks/; nothing else changes.
"""
