"""A short policy, and the mistakes an officer could make in it: what stands instead of what, and what is told."""

FILE = "short-1.toml"
SHORT = """
[policy]
name = "short"
version = 1
title = "Short"
summary = "A short policy."
applies_to = ["recommendation"]
outcomes = ["good"]

[clock.submission]
title = "Submission"
owner = "body"
starts = ["requested"]
limit = "10 working days"
met_by = ["submitted"]

[[clock.submission.rung]]
id = "before-5"
when = "5 working days before"
to = ["liaison"]
template = "reminder"

[[clock.submission.rung]]
id = "after-1"
when = "1 working day after"
at = "10:30"
to = ["liaison"]
copy = ["oversight"]
template = "overdue"

[[announce]]
event = "submitted"
to = ["inspector"]
template = "received"
"""
KNOWN = frozenset({"reminder", "overdue", "received"})

# What the officer wrote, what stands there instead, and the start of what is said.

MISTAKES = {
    "a word that no policy has": (
        "version = 1",
        "version = 1\nspeed = 3",
        "policy.speed: unknown key; known: ",
    ),
    "no name": ('name = "short"', "", "policy.name: is missing"),
    "an empty title": ('title = "Short"', 'title = " "', "policy.title: must be text"),
    "a number for a title": ('title = "Short"', "title = 5", "policy.title: must be text"),
    "a version in words": ("version = 1", 'version = "one"', "policy.version: must be a whole number from 1"),
    "version zero": ("version = 1", "version = 0", "policy.version: must be a whole number from 1"),
    "a version that is true": (
        "version = 1",
        "version = true",
        "policy.version: must be a whole number from 1",
    ),
    "for nothing": (
        'applies_to = ["recommendation"]',
        "",
        "policy.applies_to: is missing; give at least one",
    ),
    "a word for a list": (
        '["recommendation"]',
        '"recommendation"',
        "policy.applies_to: must be a list of words",
    ),
    "an empty word in a list": ('["recommendation"]', '[""]', "policy.applies_to: must be a list of words"),
    "no outcomes, but a plan to assess": ('outcomes = ["good"]', "", "policy.outcomes: is missing"),
    "an unknown way with doubt": (
        "version = 1",
        'version = 1\nunknown_send = "shrug"',
        "policy.unknown_send: 'shrug' is not one of hold, send_again",
    ),
    "hours that are no time": (
        "version = 1",
        'version = 1\nopens = "9"',
        "policy.opens: must be a time such as",
    ),
    "an office that closes first": (
        "version = 1",
        'version = 1\ncloses = "08:00"',
        "policy.closes: 08:00 is not after the office opens, 09:00",
    ),
    "a table that no policy has": ("[[announce]]", "[[shout]]", "shout: unknown key; known: "),
    "a key that no clock has": (
        'owner = "body"',
        'owner = "body"\nspeed = 1',
        "clock.submission.speed: unknown key",
    ),
    "nobody's duty": ('owner = "body"', "", "clock.submission.owner: is missing"),
    "an unknown owner": (
        'owner = "body"',
        'owner = "us"',
        "clock.submission.owner: 'us' is not one of body, ",
    ),
    "an unknown start": (
        '["requested"]',
        '["asked"]',
        "clock.submission.starts: unknown event 'asked'; known: ",
    ),
    "a clock of questions that something else starts": (
        'starts = ["requested"]',
        'starts = ["question_asked", "requested"]',
        "clock.submission.starts: 'question_asked' starts a clock for each one asked",
    ),
    "a question that no answer stops": (
        'starts = ["requested"]',
        'starts = ["question_asked"]',
        "clock.submission.met_by: lacks question_answered",
    ),
    "an answer to what was not asked": (
        'met_by = ["submitted"]',
        'met_by = ["submitted", "time_granted"]',
        'clock.submission.met_by: time_granted meets only a clock with starts = ["time_asked"]',
    ),
    "no start": ('starts = ["requested"]', "", "clock.submission.starts: is missing; give at least one"),
    "an engine event as a start": (
        '["requested"]',
        '["rung_fell"]',
        "clock.submission.starts: unknown event 'rung_fell'; known: ",
    ),
    "rungs after the closing": (
        '["requested"]',
        '["inspected"]',
        "clock.submission.starts: 'inspected' ends the case, so no rung",
    ),
    "an unknown meeting": (
        '["submitted"]',
        '["done"]',
        "clock.submission.met_by: unknown event 'done'; known: ",
    ),
    "a limit nobody can count": (
        '"10 working days"',
        '"soon"',
        'clock.submission.limit: "soon" is not a limit: write ',
    ),
    "no limit, and no way to set a date": (
        'limit = "10 working days"',
        "",
        "clock.submission.limit: is missing, and no date can be given or moved",
    ),
    "an own limit that is never counted": (
        '"10 working days"',
        '"own"',
        'clock.submission.starts: a limit of "own" is counted from the day of issue',
    ),
    "an unknown roll": (
        'owner = "body"',
        'owner = "body"\nroll = "up"',
        "clock.submission.roll: 'up' is not one",
    ),
    "a yes for a flag": (
        'owner = "body"',
        'owner = "body"\nstatutory = "yes"',
        "clock.submission.statutory: must be true or false",
    ),
    "statute, and yet moved": (
        'owner = "body"',
        'owner = "body"\nstatutory = true\nmoved_by = ["inspector"]',
        "clock.submission.moved_by: nobody may move a clock set by statute",
    ),
    "statute, and yet given": (
        'owner = "body"',
        'owner = "body"\nstatutory = true\nmay_be_given = true',
        "clock.submission.may_be_given: no letter may give the date",
    ),
    "statute without its limit": (
        'limit = "10 working days"',
        "statutory = true\nmay_be_given = true",
        "clock.submission.limit: a clock set by statute needs the limit",
    ),
    "a clock with a stroke in its name": (
        "clock.submission",
        'clock."a/b"',
        "clock.a/b: write a clock's name in",
    ),
    "a clock named as the ledger's acts": (
        "clock.submission",
        "clock.act",
        "clock.act: write a clock's name in",
    ),
    "an unknown mover": (
        'owner = "body"',
        'owner = "body"\nmoved_by = ["boss"]',
        "clock.submission.moved_by: unknown role 'boss'; known: liaison, ",
    ),
    "a key that no rung has": (
        'id = "before-5"',
        'id = "before-5"\nloud = true',
        "clock.submission.rung[before-5].loud: unknown key; known: ",
    ),
    "a rung without an id": ('id = "before-5"', "", "clock.submission.rung[1].id: is missing"),
    "two rungs of one id": (
        'id = "before-5"',
        'id = "after-1"',
        "clock.submission.rung: id 'after-1' stands 2 times; every rung",
    ),
    "an unknown role": (
        'to = ["liaison"]\ntemplate = "reminder"',
        'to = ["sergeant"]\ntemplate = "reminder"',
        "clock.submission.rung[before-5].to: unknown role 'sergeant'; known: ",
    ),
    "nobody to tell": (
        'to = ["liaison"]\ntemplate = "reminder"',
        'template = "reminder"',
        "clock.submission.rung[before-5].to: is missing; give at least one",
    ),
    "an unknown role in copy": (
        'copy = ["oversight"]',
        'copy = ["mayor"]',
        "clock.submission.rung[after-1].copy: unknown role 'mayor'",
    ),
    "a template that is missing": (
        '"overdue"',
        '"shouting"',
        "clock.submission.rung[after-1].template: no template 'shouting' under config/templates/mail",
    ),
    "a day nobody understands": (
        "5 working days before",
        "a week before",
        "clock.submission.rung[before-5].when: 'a week before' is not understood; write '5 working days",
    ),
    "no days at all": (
        "5 working days before",
        "0 days before",
        "clock.submission.rung[before-5].when: '0 days before' is not understood",
    ),
    "an impossible offset": (
        "5 working days before",
        "11 working days before",
        "clock.submission.rung[before-5].when: 11 working days before stands before the clock starts",
    ),
    "a rung after hours": (
        '"10:30"',
        '"17:01"',
        "clock.submission.rung[after-1].at: 17:01 is outside office hours (09:00 to 17:00)",
    ),
    "a rung at no time": (
        '"10:30"',
        '"25:00"',
        "clock.submission.rung[after-1].at: must be a time such as 09:00",
    ),
    "an unknown announcement": (
        'event = "submitted"',
        'event = "whispered"',
        "announce[1].event: unknown event 'whispered'; known: ",
    ),
    "an announcement to nobody": (
        'to = ["inspector"]',
        "to = []",
        "announce[1].to: is missing; give at least one",
    ),
    "an announcement without words": (
        'template = "received"',
        "",
        "announce[1].template: is missing",
    ),
    "told the same thing twice": (
        'to = ["inspector"]',
        'to = ["inspector"]\ntemplate = "received"\n[[announce]]\nevent = "submitted"\nto = ["inspector"]',
        "announce[2].to: inspector is told 'received' of 'submitted' already",
    ),
}
OF_MANY = {
    "a table that no policy has",
    "an office that closes first",
    "statute without its limit",
    "a clock of questions that something else starts",
}
"""Mistakes that make others of what is right."""
