// SPDX-License-Identifier: Apache-2.0

/// Tags, and the slots where they are found.

import Testing

@testable import HamtCore

@Suite struct TagTests {
  @Test func theTagIsTheLowestByteOfThePath() {
    #expect(Tag(HashPath(bits: 0x1234)).rawValue == 0x34)
  }

  /// Neighbours that differ in one bit or by one, among tags that begin at any address.
  @Test func exactlyTheEqualTagsAreFound() {
    var random = SplitMix64(state: 7)
    let edges: [UInt8] = [0, 1, 2, 0x7E, 0x7F, 0x80, 0x81, 0xFE, 0xFF]
    for step in 0..<20_000 {
      let tag = edges.randomElement(using: &random)!
      let path = HashPath(bits: UInt64.random(in: 0...(.max), using: &random) << 8 | UInt64(tag))
      let start = step % 16
      let tags = (0..<start + Tag.groupSize + 1).map { _ in
        let neighbour = tag &+ [0, 0, 1, 0xFF, 0x80, 0x7F].randomElement(using: &random)!
        return Tag(HashPath(bits: UInt64(neighbour)))
      }
      let expected = (0..<Tag.groupSize).filter { tags[start + $0].rawValue == tag }
      tags.withUnsafeBufferPointer {
        #expect(Array(Tag(path).slots(in: $0.baseAddress! + start)) == expected)
      }
    }
  }

  @Test(arguments: [0, 1, 0x8001, 0xFFFF, 0x5A5A, 0x8000_0000] as [UInt32])
  func aWalkGivesTheSlotsFromTheLowestUp(bits: UInt32) {
    let expected = (0..<32).filter { bits >> $0 & 1 == 1 }
    #expect(Array(SlotSet(rawValue: bits)) == expected)
    for limit in 0..<32 {
      #expect(Array(SlotSet(rawValue: bits).below(limit)) == expected.filter { $0 < limit })
    }
  }
}
