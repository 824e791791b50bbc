// SPDX-License-Identifier: Apache-2.0

/// A logical place in a branch node: one digit of a hash path, 0 to 31.
public struct Bucket: Equatable, BitwiseCopyable, Sendable {
  public let rawValue: UInt32

  /// The buckets of a branch.
  public static let count = 32

  /// The lowest five bits of a word.
  @inlinable
  public init(digit word: UInt64) {
    rawValue = UInt32(truncatingIfNeeded: word & 31)
  }

  @inlinable
  var bit: UInt32 { 1 &<< rawValue }
}

/// A set of buckets. The rank of a bucket in it is the slot of what the bucket holds.
public struct Bitmap: Equatable, BitwiseCopyable, Sendable {
  public var rawValue: UInt32

  @inlinable
  public init(rawValue: UInt32) {
    self.rawValue = rawValue
  }

  @inlinable
  public init(_ bucket: Bucket) {
    rawValue = bucket.bit
  }

  @inlinable static var none: Bitmap { Bitmap(rawValue: 0) }
  @inlinable static var all: Bitmap { Bitmap(rawValue: .max) }

  @inlinable var isEmpty: Bool { rawValue == 0 }

  @inlinable public var count: Int { rawValue.nonzeroBitCount }

  @inlinable
  func contains(_ bucket: Bucket) -> Bool {
    rawValue & bucket.bit != 0
  }

  /// How many buckets of the set lie below `bucket`: the slot that it has, or would have.
  @inlinable
  func slot(of bucket: Bucket) -> Int {
    (rawValue & (bucket.bit &- 1)).nonzeroBitCount
  }

  @inlinable
  func inserting(_ bucket: Bucket) -> Bitmap {
    Bitmap(rawValue: rawValue | bucket.bit)
  }

  @inlinable
  func removing(_ bucket: Bucket) -> Bitmap {
    Bitmap(rawValue: rawValue & ~bucket.bit)
  }

  @inlinable
  func intersection(_ other: Bitmap) -> Bitmap {
    Bitmap(rawValue: rawValue & other.rawValue)
  }

  /// The lowest bucket of a set that is not empty.
  @inlinable var first: Bucket {
    Bucket(digit: UInt64(rawValue.trailingZeroBitCount))
  }
}
