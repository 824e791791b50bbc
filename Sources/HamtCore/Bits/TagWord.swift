// SPDX-License-Identifier: Apache-2.0

/// Eight tags in one word, compared with another all at once.
///
/// A tag is the lowest byte of a path. A small map keeps those of its keys side by side, so that one load
/// and a few operations tell which of its entries are worth a look: with eight keys a search looks at 1.03
/// entries on average for a key that is there, at 0.03 for one that is not.
struct TagWord: BitwiseCopyable {
  var rawValue: UInt64

  static var tagCount: Int { 8 }

  @inline(__always)
  static func tag(of path: HashPath) -> UInt8 { UInt8(truncatingIfNeeded: path.bits) }

  /// The tags that are equal to that of a path: the highest bit of their bytes.
  ///
  /// A byte of `difference` is zero where the tags are equal. Adding 0x7F to its lower bits carries into
  /// the highest one unless they are zero, and never further (Warren: Hacker's Delight, 6-1).
  @inline(__always)
  func matches(of path: HashPath) -> UInt64 {
    let lowBits: UInt64 = 0x7F7F_7F7F_7F7F_7F7F
    let difference = rawValue ^ UInt64(Self.tag(of: path)) &* 0x0101_0101_0101_0101
    return ~((difference & lowBits) &+ lowBits | difference | lowBits)
  }
}
