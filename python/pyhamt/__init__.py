# SPDX-License-Identifier: Apache-2.0
"""Persistent (immutable) maps: every update returns a new map that shares its
memory with the old one.
"""

from pyhamt._hamt import MapMutation, PersistentMap

__all__ = ["MapMutation", "PersistentMap"]
__version__ = "0.1.0"
