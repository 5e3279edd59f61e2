"""Splits: who trains, validates, tunes and is tested. A subject is (data set, name), and its role is in a split file.

- ``choices``: which split a network learns on and a row is scored on; light enough for the plan;
- ``deal``: deals the subjects of a data set out, so that an added subject leaves the others where they are;
- ``exclude``: subjects left out by name, and those that two data sets share;
- ``roles``: reads the roles of one fold.
"""
