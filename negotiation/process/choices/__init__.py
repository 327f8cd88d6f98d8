"""What the sides choose before a stage is played.

Begin with `demands` (which demand a normal type imitates); `exemptions` is the game of quiet
exemptions, and `escalation` a stage in periods in which sides hold, concede or escalate.
"""
