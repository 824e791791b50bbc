// SPDX-License-Identifier: Apache-2.0

/// Tags: which bytes of a word are found.

import Testing

@testable import HamtCore

@Suite struct TagWordTests {
  private func expected(_ word: UInt64, _ tag: UInt8) -> UInt64 {
    var matches: UInt64 = 0
    for byte in 0..<TagWord.tagCount
    where UInt8(truncatingIfNeeded: word >> (8 * UInt64(byte))) == tag {
      matches |= 0x80 << (8 * UInt64(byte))
    }
    return matches
  }

  @Test func theTagIsTheLowestByteOfThePath() {
    #expect(TagWord.tag(of: HashPath(bits: 0x1234)) == 0x34)
  }

  /// Neighbouring bytes that differ by one or in the highest bit are where a borrow or a carry would show.
  @Test func exactlyTheEqualBytesMatch() {
    var random = SplitMix64(state: 7)
    let edges: [UInt8] = [0, 1, 2, 0x7E, 0x7F, 0x80, 0x81, 0xFE, 0xFF]
    for _ in 0..<20_000 {
      let tag = edges.randomElement(using: &random)!
      var word: UInt64 = 0
      for _ in 0..<TagWord.tagCount {
        let neighbour = tag &+ [0, 0, 1, 0xFF, 0x80, 0x7F].randomElement(using: &random)!
        word = word << 8 | UInt64(neighbour)
      }
      let path = HashPath(bits: UInt64.random(in: 0...(.max), using: &random) << 8 | UInt64(tag))
      #expect(TagWord(rawValue: word).matches(of: path) == expected(word, tag))
    }
  }
}
