// SPDX-License-Identifier: Apache-2.0

/// A hash read as a string of five-bit digits, the lowest digit first.
///
/// The digit at a level chooses the bucket of a branch node there. Twelve full digits and one of four
/// bits make thirteen levels; below them only keys of one hash are left.
///
///     bit  63  60 59  55        9    5 4    0
///         ┌──────┬──────┬ ─ ─ ┬──────┬──────┐
///         │ d 12 │ d 11 │     │ d 1  │ d 0  │
///         └──────┴──────┴ ─ ─ ┴──────┴──────┘
///
/// Python's `hash(int)` is the int itself and `hash(0.5)` has zeros in its low sixty bits, so the digits
/// are taken from a folded hash. Folding keeps small ints as they are, which makes runs of ints fill whole
/// nodes, and it is a bijection: two keys have one path exactly when they have one hash.

public struct HashPath: Equatable, BitwiseCopyable, Sendable {
  public let bits: UInt64

  public static let bitsPerDigit = 5
  /// Levels on which branch nodes can stand: 64 bits in digits of five.
  public static let levelCount = 13

  /// Folds the upper halves onto the lower ones (32, 16, 8 bits), so that hashes that differ only in high
  /// bits part near the root.
  @inlinable
  public init(hash: UInt64) {
    var folded = hash
    folded ^= folded &>> 32
    folded ^= folded &>> 16
    folded ^= folded &>> 8
    bits = folded
  }

  /// A path given digit by digit, for tests and drawings.
  @inlinable
  public init(bits: UInt64) {
    self.bits = bits
  }

  /// The bucket that this path takes at a level.
  @inlinable
  public func bucket(at level: Int) -> Bucket {
    Bucket(digit: bits &>> UInt64(truncatingIfNeeded: level &* Self.bitsPerDigit))
  }

  /// This path with the buckets of another one above `level`.
  ///
  /// A key that is found in a trie lies on its path, unless its hash has changed since it was stored. Such
  /// a key is lost to lookups; taken to be where it lies, it does no harm.
  func following(_ other: HashPath, to level: Int) -> HashPath {
    guard level < Self.levelCount else { return other }
    let above = (1 as UInt64) &<< UInt64(truncatingIfNeeded: level &* Self.bitsPerDigit) &- 1
    return HashPath(bits: bits & ~above | other.bits & above)
  }

  /// This path, which is zero from `level` on, with a bucket there.
  func appending(_ bucket: Bucket, at level: Int) -> HashPath {
    HashPath(
      bits: bits | UInt64(bucket.rawValue)
        &<< UInt64(truncatingIfNeeded: level &* Self.bitsPerDigit))
  }

  /// The first level, from `level` on, on which the two paths take different buckets.
  ///
  /// The paths must differ from there on, not above.
  func level(ofFirstDifferenceFrom other: HashPath, startingAt level: Int) -> Int {
    let difference = (bits ^ other.bits) &>> UInt64(truncatingIfNeeded: level &* Self.bitsPerDigit)
    return level &+ difference.trailingZeroBitCount / Self.bitsPerDigit
  }
}
