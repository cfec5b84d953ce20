"""Replay any requirement or shift plan against sampled days: is the promise kept?"""

from staffing.simulate.replay import Replay, at_work, replay

__all__ = ["Replay", "at_work", "replay"]
