// SPDX-License-Identifier: Apache-2.0

/// What the statistics say of trees that can be counted by hand.

import Testing

@testable import HamtCore

@Suite(.ledger) struct StatisticsTests {
  let ledger = Ledger.current

  private static let header = TestPolicy.nodeHeaderSize

  @Test func theEmptyMapHasNothing() throws {
    let statistics = try ledger.map("").statistics
    #expect(statistics.entries == 0)
    #expect(statistics.arrayNodes + statistics.branchNodes + statistics.collisionNodes == 0)
    #expect(statistics.bytes == 0)
    #expect(statistics.buckets == 0)
  }

  @Test func anArrayIsOneNode() throws {
    let statistics = try ledger.map("31A V 7*3").statistics
    #expect(statistics.entries == 5)
    #expect(statistics.arrayNodes == 1)
    #expect(statistics.branchNodes == 0)
    #expect(statistics.collisionNodes == 0)
    #expect(statistics.collisionEntries == 0)
    #expect(statistics.depthSum == 0)
    #expect(statistics.depthMax == 0)
    #expect(statistics.trackedNodes == 0)
    #expect(statistics.buckets == 0)
    #expect(statistics.bytes == Self.header + 32 + 5 * 24)
  }

  /// The root holds two entries and a child; that one, on level 1, an entry and a collision of three.
  @Test func aTrieIsCountedNodeByNode() throws {
    let statistics = try ledger.trie("0 V 31*3 32").statistics
    #expect(statistics.entries == 6)
    #expect(statistics.arrayNodes == 0)
    #expect(statistics.branchNodes == 2)
    #expect(statistics.collisionNodes == 1)
    #expect(statistics.collisionEntries == 3)
    #expect(statistics.depthSum == 0 + 0 + 1 + 2 + 2 + 2)
    #expect(statistics.depthMax == 2)
    #expect(statistics.usedBuckets == 5)
    #expect(statistics.buckets == 64)
    let root = Self.header + 8 + 2 * 16 + 8 + 16
    let branch = Self.header + 8 + 16 + 8 + 16
    let collision = Self.header + 32 + 3 * 16
    #expect(statistics.bytes == root + branch + collision)
  }

  @Test(arguments: Fixture.all)
  func bytesAndNodesAreThoseOfTheLedger(fixture: Fixture) throws {
    let statistics = try ledger.map(fixture).statistics
    let sizes = ledger.nodes.map { Int(ledger.header(of: $0).pointee.byteCount) }
    #expect(statistics.bytes == sizes.reduce(0, +))
    #expect(
      statistics.arrayNodes + statistics.branchNodes + statistics.collisionNodes == sizes.count)
    #expect(statistics.entries == fixture.keys.count)
  }

  @Test func trackedNodesAreThoseAboveATrackedElement() throws {
    let fixture = Fixture("", .trie, "311 312 321 322 V")
    #expect(try ledger.map(fixture).statistics.trackedNodes == 0)
    #expect(try ledger.map(fixture, trackedValues: { $0 == 4 }).statistics.trackedNodes == 1)
    #expect(try ledger.map(fixture, trackedValues: { $0 == 0 }).statistics.trackedNodes == 3)
    #expect(try ledger.map(fixture, trackedValues: { $0 < 3 }).statistics.trackedNodes == 4)
  }
}
