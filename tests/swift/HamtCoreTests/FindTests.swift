// SPDX-License-Identifier: Apache-2.0

/// Looking keys up, and what it costs.

import Testing

@testable import HamtCore

@Suite(.ledger) struct FindTests {
  let ledger = Ledger.current

  @Test(arguments: Fixture.all)
  func everyKeyIsFoundByItselfAndByAnEqualKey(fixture: Fixture) throws {
    let map = try ledger.map(fixture)
    for name in fixture.keys {
      let key = ledger.key(name)
      let pair = TestMap.Pair(key: key, value: ledger.firstValue(of: key))
      #expect(try map.entry(of: key) == pair)
      #expect(try map.entry(of: ledger.key("\(name)'")) == pair)
    }
  }

  @Test(arguments: Fixture.all)
  func strangersAreNotFound(fixture: Fixture) throws {
    let map = try ledger.map(fixture)
    for path in fixture.keys.map({ ledger.path(of: ledger.key($0)) }) {
      #expect(try map.entry(of: ledger.key("\(path.text)#other")) == nil)
      for level in 0..<HashPath.levelCount {
        #expect(try map.entry(of: ledger.key("\(path.diverging(at: level).text)#new")) == nil)
      }
    }
  }

  @Test(arguments: Fixture.all)
  func lookingUpAllocatesAndRetainsNothing(fixture: Fixture) throws {
    let map = try ledger.map(fixture)
    let allocations = try ledger.count(of: .allocateNode) {
      for name in fixture.keys {
        _ = try map.entry(of: ledger.key(name))
        _ = try map.entry(of: ledger.key("\(name)#stranger"))
      }
    }
    #expect(allocations == 0)
    map.check()
  }

  @Test(arguments: Fixture.all)
  func anIdenticalKeyIsFoundWithoutEquality(fixture: Fixture) throws {
    let map = try ledger.map(fixture)
    for call in [Ledger.Call.matches, .areEqualKeys, .path] {
      let calls = try ledger.count(of: call) {
        for name in fixture.keys {
          _ = try map.entry(of: ledger.key(name))
        }
      }
      #expect(calls == 0)
    }
  }

  @Test(arguments: ["1", "01", "0000000000001"])
  func anEqualKeyInABranchCostsOneEquality(name: String) throws {
    let map = try ledger.map(Fixture.named("chain-left"))
    let key = ledger.key("\(name)'")
    #expect(try ledger.count(of: .matches) { _ = try map.entry(of: key) } == 1)
    #expect(try ledger.count(of: .areEqualKeys) { _ = try map.entry(of: key) } == 0)
  }

  @Test func aMissInAnEmptyBucketCostsNoEquality() throws {
    let map = try ledger.trie("31A 31B V")
    for name in ["4", "32", "31C"] {
      #expect(try ledger.count(of: .matches) { _ = try map.entry(of: ledger.key(name)) } == 0)
    }
  }

  @Test func keysOfAnotherPathThanACollisionAreNotCompared() throws {
    let map = try ledger.trie("31*3 V")
    for name in ["32", "3100000000001"] {
      let calls = try ledger.count(of: .areEqualKeys) { _ = try map.entry(of: ledger.key(name)) }
      #expect(calls == 0)
    }
  }

  @Test func inACollisionAllKeysAreTriedForIdentityFirst() throws {
    let map = try ledger.trie("31*5 V")
    let equalities = try ledger.count(of: .areEqualKeys) {
      for key in ledger.keys("31*5") {
        _ = try map.entry(of: key)
      }
    }
    #expect(equalities == 0)
    let equalitiesOfAMiss = try ledger.count(of: .areEqualKeys) {
      _ = try map.entry(of: ledger.key("31#6"))
    }
    #expect(equalitiesOfAMiss == 5)
  }

  @Test(arguments: Fixture.all.filter { !$0.keys.isEmpty })
  func aFailingEqualityIsPassedOn(fixture: Fixture) throws {
    let map = try ledger.map(fixture)
    let key = ledger.key("\(fixture.keys[0])'")
    for call in [Ledger.Call.matches, .areEqualKeys]
    where try ledger.count(of: call, in: { _ = try map.entry(of: key) }) > 0 {
      ledger.failing(call, at: 1) {
        #expect(throws: Failure.callbackFailed) { try map.entry(of: key) }
      }
    }
    map.check()
  }
}
