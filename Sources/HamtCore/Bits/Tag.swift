// SPDX-License-Identifier: Apache-2.0

import CSystem

/// The lowest byte of a path.
///
/// A small map keeps the tags of its keys side by side, so that one comparison tells which of its entries
/// are worth a look: with sixteen keys a search looks at 1.06 entries on average for a key that is there,
/// at 0.06 for one that is not.
struct Tag: Equatable, BitwiseCopyable {
  var rawValue: UInt8

  /// How many tags are compared at once.
  static var groupSize: Int { 16 }

  @inline(__always)
  init(_ path: HashPath) {
    rawValue = UInt8(truncatingIfNeeded: path.bits)
  }

  /// Where this tag stands among the `groupSize` tags from `tags` on.
  // SAFETY: so many bytes are read, wherever they begin; the caller has them.
  @inline(__always)
  func slots(in tags: UnsafePointer<Tag>) -> SlotSet {
    SlotSet(rawValue: UInt32(csystem_equal_bytes(tags, rawValue)))
  }
}
