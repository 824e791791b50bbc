// SPDX-License-Identifier: Apache-2.0

/// Hashes read as digits, and the folding that comes before.

import Testing

@testable import HamtCore

@Suite struct HashPathTests {
  @Test func digitsComeFromTheLowestBitsUp() throws {
    let path = try #require(HashPath("31A000000000F"))
    #expect(path.bits == 3 + 1 << 5 + 10 << 10 + UInt64(15) << 60)
    let digits = (0..<HashPath.levelCount).map { path.bucket(at: $0).rawValue }
    #expect(digits == [3, 1, 10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 15])
  }

  @Test func theDigitsOfAllLevelsAreTheWholePath() {
    let bits: UInt64 = 0xFEDC_BA98_7654_3210
    let sum = (0..<HashPath.levelCount).reduce(UInt64(0)) {
      $0 | UInt64(HashPath(bits: bits).bucket(at: $1).rawValue) << UInt64(5 * $1)
    }
    #expect(sum == bits)
  }

  @Test func foldingHasAnInverse() {
    var random = SplitMix64(state: 1)
    let hashes = [0, 1, .max, 1 << 63, 1 << 32] + (0..<1000).map { _ in random.next() }
    for hash in hashes {
      // The inverse of x ^= x >> k is the exclusive or of x shifted by every multiple of k.
      var bits = HashPath(hash: hash).bits
      for step in [8, 16, 32] {
        bits = stride(from: 0, to: 64, by: step).reduce(0) { $0 ^ bits >> UInt64($1) }
      }
      #expect(bits == hash)
    }
  }

  @Test func foldingKeepsSmallNumbers() {
    for hash in 0..<256 as Range<UInt64> {
      #expect(HashPath(hash: hash).bits == hash)
    }
  }

  @Test(arguments: [0, 32, 1 << 12, 1 << 20, 1 << 40 + 64] as [UInt64])
  func aRunOfNumbersFillsOneNode(start: UInt64) {
    let paths = (0..<32).map { HashPath(hash: start + $0) }
    #expect(Set(paths.map { $0.bucket(at: 0).rawValue }).count == 32)
    #expect(Set(paths.map { $0.bits >> 5 }).count == 1)
  }

  @Test func hashesThatDifferInHighBitsPartNearTheRoot() {
    let paths = (0..<16).map { HashPath(hash: $0 << 60) }
    #expect(Set(paths.map { $0.bits & 1023 }).count == 16)
  }

  @Test func theFirstDifferenceIsOnTheLevelOfItsDigit() throws {
    let path = try #require(HashPath("31A5VVV0012"))
    for level in 0..<HashPath.levelCount {
      let other = path.diverging(at: level)
      for start in 0...level {
        #expect(path.level(ofFirstDifferenceFrom: other, startingAt: start) == level)
      }
    }
  }

  @Test func differencesAboveTheStartAreNotSeen() throws {
    let path = try #require(HashPath("31A"))
    let other = path.diverging(at: 0).diverging(at: 7)
    #expect(path.level(ofFirstDifferenceFrom: other, startingAt: 1) == 7)
  }

  @Test(arguments: ["0", "31A", "V", "0001", "000000000000F"])
  func aPathIsReadAndWrittenAsText(text: String) {
    #expect(HashPath(text)?.text == text)
  }

  @Test(arguments: ["", "3 1", "W", "+", "00000000000000", "000000000000G"])
  func textThatIsNoPathIsRefused(text: String) {
    #expect(HashPath(text) == nil)
  }
}
