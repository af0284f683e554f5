"""Telling users what happened: from a signal and what a user wants, to letters, to those who carry them.

News ──routing (rules, preferences)──► notes and letters ──records──► outbox ──notifiers──► e-mail, Slack, …

news         what can be told               door         Notifier, what every one promises
rules        which of it a user wants       registry     how notifiers are found
preferences  when they want it              notifiers/   one file per kind of channel
routing      all of it together, pure       line, guard  HTTP to addresses that users give
wording      how it reads                   apprised     the notifiers that Apprise knows how to write to
"""
