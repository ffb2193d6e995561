"""The rules that items are marked by, one kind a module, beneath `scoring.marking`, which is the door to use. Pure.

Each turns a value and its rule into a `marks.Mark`: points, and a sentence that says why.
"""
