// SPDX-License-Identifier: Apache-2.0

/// Walks over the entries of a map.

import Testing

@testable import HamtCore

@Suite(.ledger) struct CursorTests {
  let ledger = Ledger.current

  private func keys(of map: TestMap) -> [String] {
    map.entries.map { ledger.name(of: $0.key) }
  }

  @Test(arguments: Fixture.all)
  func everyEntryIsVisitedOnce(fixture: Fixture) throws {
    #expect(try keys(of: ledger.map(fixture)).sorted() == fixture.keys.sorted())
  }

  @Test func theEntriesOfANodeComeBeforeThoseOfItsChildren() throws {
    let map = try ledger.trie("0 V 31*2 321 322 33 5")
    #expect(keys(of: map) == ["0", "5", "V", "33", "31#1", "31#2", "321", "322"])
  }

  @Test func aWalkThatHasEndedStaysAtItsEnd() throws {
    for fixture in Fixture.all {
      var cursor = Cursor(try ledger.map(fixture).root)
      while cursor.takeNext() != nil {}
      let next = cursor.takeNext()
      #expect(next == nil)
      let isAdvanced = cursor.advance()
      #expect(!isAdvanced)
    }
  }

  @Test func aRunHasTheEntriesOfOneNode() throws {
    let map = try ledger.trie("0 V 31*2 321 322")
    var cursor = Cursor(map.root)
    var runs: [[String]] = []
    repeat {
      var run: [String] = []
      while cursor.next != cursor.end, let entry = cursor.takeNext() {
        run.append(ledger.name(of: entry.pointee.key))
      }
      runs.append(run)
    } while cursor.advance()
    #expect(runs == [["0", "V"], ["31#1", "31#2"], ["321", "322"]])
  }

  @Test func aCopyOfACursorWalksOnItsOwn() throws {
    let map = try ledger.map(Fixture.named("chain-left"))
    var cursor = Cursor(map.root)
    _ = cursor.takeNext()
    var copy = cursor
    var rest = 0
    while copy.takeNext() != nil { rest += 1 }
    #expect(rest == map.root.count - 1)
    let second = cursor.takeNext()
    #expect(second.map { ledger.name(of: $0.pointee.key) } == "01")
  }

  @Test func aWalkCallsAndRetainsNothing() throws {
    let map = try ledger.map(Fixture.named("chain-left"))
    for call in Ledger.Call.allCases {
      #expect(ledger.count(of: call) { _ = map.entries } == 0)
    }
    map.check()
  }
}
