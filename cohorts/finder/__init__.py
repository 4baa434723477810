"""The finder: cohorts that nobody thought to ask for, proposed as definition files. It proposes; people decide.

vocabulary  signs a person may show, from the sources' settings alone: needs, services again and again, homes
signs       which person shows which, by the very statements that a definition compiles to
endings     services that end at an age, told from whom they ended for
returning   needs that came again after a service had been there, told by others than it
sets        people grouped by the signs they show; every closed set of up to three that enough people show
groups      needs of which every two go together, to be asked for several at once
chance      how many would show a set if signs fell independently, and a limit on false finds
answers     of those people, who got no response, from one service or from all
leading     families with no planned help open for the child or anybody at home
choosing    what is left once everything that another proposal tells already is dropped
resampling  how often a proposal would be made again of other people like these
redrawn     in how many linkage draws it would be made: the same records joined otherwise
proposal    a proposal as a definition file, its reason and its questions in plain words
find        all of it, in order
counting    what a proposal counts once it is a definition
"""
