// SPDX-License-Identifier: Apache-2.0

/// A set of slots below 32, a bit for each. A walk over it goes from the lowest slot up.
struct SlotSet: BitwiseCopyable, Sequence, IteratorProtocol {
  var rawValue: UInt32

  /// The slots below one, which is less than 32.
  @inline(__always)
  func below(_ slot: Int) -> SlotSet {
    SlotSet(rawValue: rawValue & ((1 &<< UInt32(truncatingIfNeeded: slot)) &- 1))
  }

  @inline(__always)
  mutating func next() -> Int? {
    if rawValue == 0 { return nil }
    let slot = rawValue.trailingZeroBitCount
    rawValue &= rawValue &- 1
    return slot
  }
}
