// SPDX-License-Identifier: Apache-2.0

/// Sets of buckets, held against `Set<Int>`.

import Testing

@testable import HamtCore

@Suite struct BitmapTests {
  static let bitmaps: [UInt32] = [0, 1, 1 << 31, .max, 0x8000_0001, 0xAAAA_AAAA, 0x0F0F_1234]

  private static func buckets(of bitmap: Bitmap) -> Set<Int> {
    Set((0..<32).filter { bitmap.rawValue >> $0 & 1 == 1 })
  }

  private static func bucket(_ number: Int) -> Bucket { Bucket(digit: UInt64(number)) }

  @Test func aBucketIsTheLowestFiveBits() {
    #expect(Bucket(digit: 0x1234_5678_9ABC_DEFF).rawValue == 31)
    #expect(Bucket(digit: 32).rawValue == 0)
  }

  @Test(arguments: bitmaps)
  func membersAreTheBitsThatAreSet(bits: UInt32) {
    let bitmap = Bitmap(rawValue: bits)
    let buckets = Self.buckets(of: bitmap)
    #expect(bitmap.count == buckets.count)
    #expect(bitmap.isEmpty == buckets.isEmpty)
    for number in 0..<32 {
      #expect(bitmap.contains(Self.bucket(number)) == buckets.contains(number))
    }
  }

  @Test(arguments: bitmaps)
  func aSlotIsTheNumberOfMembersBelow(bits: UInt32) {
    let bitmap = Bitmap(rawValue: bits)
    for number in 0..<32 {
      let below = Self.buckets(of: bitmap).count { $0 < number }
      #expect(bitmap.slot(of: Self.bucket(number)) == below)
    }
  }

  @Test(arguments: bitmaps)
  func insertingAndRemovingChangeOneMember(bits: UInt32) {
    let bitmap = Bitmap(rawValue: bits)
    let buckets = Self.buckets(of: bitmap)
    for number in 0..<32 {
      let bucket = Self.bucket(number)
      #expect(Self.buckets(of: bitmap.inserting(bucket)) == buckets.union([number]))
      #expect(Self.buckets(of: bitmap.removing(bucket)) == buckets.subtracting([number]))
    }
  }

  @Test(arguments: bitmaps, bitmaps)
  func theIntersectionHasTheCommonMembers(a: UInt32, b: UInt32) {
    let both = Bitmap(rawValue: a).intersection(Bitmap(rawValue: b))
    let expected = Self.buckets(of: Bitmap(rawValue: a)).intersection(
      Self.buckets(of: Bitmap(rawValue: b)))
    #expect(Self.buckets(of: both) == expected)
  }

  @Test(arguments: bitmaps)
  func takingTheFirstAgainAndAgainVisitsAllInOrder(bits: UInt32) {
    var rest = Bitmap(rawValue: bits)
    var visited: [Int] = []
    while !rest.isEmpty {
      visited.append(Int(rest.first.rawValue))
      rest = rest.removing(rest.first)
    }
    #expect(visited == Self.buckets(of: Bitmap(rawValue: bits)).sorted())
  }

  @Test func aBitmapOfOneBucketHasThatBucket() {
    for number in 0..<32 {
      #expect(Self.buckets(of: Bitmap(Self.bucket(number))) == [number])
    }
  }
}
