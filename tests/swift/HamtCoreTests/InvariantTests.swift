// SPDX-License-Identifier: Apache-2.0

/// The check of a tree finds each broken invariant. Faults are planted by writing into its nodes.
///
/// (N10) has no check: `InPlaceTests` compares the words of shared nodes.

import Testing

@testable import HamtCore

@Suite(.ledger) struct InvariantTests {
  typealias TestNode = Node<TestPolicy>

  let ledger = Ledger.current

  /// What the check says of a map while a fault is in it.
  private func violation(
    in map: TestMap, with plant: (TestNode) throws -> Void
  ) throws -> String? {
    let root = try #require(map.root.node)
    #expect(map.violation == nil)
    let blocks = ledger.nodes.map { memory in
      let size = Int(ledger.header(of: memory).pointee.byteCount)
      return (memory, Array(UnsafeRawBufferPointer(start: memory, count: size)))
    }
    defer {
      for (memory, bytes) in blocks {
        memory.copyMemory(from: bytes, byteCount: bytes.count)
      }
    }
    try plant(root)
    return map.violation
  }

  /// The fault is found, by a report that begins with the number of the invariant.
  private func expect(
    _ beginning: String, in map: TestMap, sourceLocation: SourceLocation = #_sourceLocation,
    with plant: (TestNode) throws -> Void
  ) throws {
    let violation = try violation(in: map, with: plant)
    #expect(violation?.hasPrefix(beginning) == true, sourceLocation: sourceLocation)
  }

  @Test(arguments: Fixture.all)
  func aSoundTreeIsSound(fixture: Fixture) throws {
    #expect(try ledger.map(fixture).violation == nil)
  }

  // A branch whose bitmaps share a bit cannot be told from the other kinds of node.
  @Test func bitmapsOfABranchThatShareABit() throws {
    try expect("(N1)", in: ledger.trie("31 32 V")) { $0.childMap = $0.entryMap }
    try expect("(N5)", in: ledger.trie("311 312 32 V")) { $0.children[0].entryMap = .all }
  }

  @Test func anEntryInAnotherBucket() throws {
    try expect("(N2)", in: ledger.trie("31 32 4 V")) { root in
      let first = root.entries[0]
      root.entries[0] = root.entries[1]
      root.entries[1] = first
    }
  }

  @Test func aChildInAnotherBucket() throws {
    for patterns in ["31 32 41 42", "31*2 41*2"] {
      try expect("(N9)", in: ledger.trie(patterns)) { root in
        let first = root.children[0]
        root.children[0] = root.children[1]
        root.children[1] = first
      }
    }
  }

  @Test func anEmptyRoot() throws {
    try expect("(N3)", in: ledger.trie("3 V")) { $0.entryMap = .none }
  }

  @Test func aLoneEntryBelowTheRoot() throws {
    try expect("(N3)", in: ledger.trie("31 32 V")) {
      $0.children[0].entryMap = Bitmap(Bucket(digit: 1))
    }
  }

  @Test func anEmptyBranchBelowTheRoot() throws {
    try expect("(N3)", in: ledger.trie("31 32 V")) { $0.children[0].entryMap = .none }
  }

  @Test func aLoneCollisionBelowTheRoot() throws {
    try expect("(N3)", in: ledger.trie("31*2 32 V")) { $0.children[0].entryMap = .none }
  }

  @Test func aCollisionOfOne() throws {
    try expect("(N4)", in: ledger.trie("31*2 V")) { $0.children[0].word(at: 0).pointee = 1 }
  }

  @Test func aCollisionWithAKeyOfAnotherPath() throws {
    let stranger = ledger.key("32")
    try expect("(N4)", in: ledger.trie("31*2 V")) { $0.children[0].entries[1].key = stranger }
  }

  @Test func aCollisionWithAnotherPathThanItsKeys() throws {
    let path = ledger.path(of: ledger.key("32"))
    try expect("(N4)", in: ledger.trie("31*2 V")) {
      $0.children[0].word(at: 16).pointee = path.bits
    }
  }

  @Test func aCollisionAsRoot() throws {
    try expect("(N4)", in: ledger.trie("31*2 V")) {
      $0.entryMap = TestNode.collisionMark
      $0.childMap = TestNode.collisionMark
    }
  }

  @Test(arguments: [0, UInt64(TestNode.arrayLimit + 1)])
  func anArrayOfTooFewOrTooMany(count: UInt64) throws {
    try expect("(N5)", in: ledger.map("31 V")) { $0.word(at: 0).pointee = count }
  }

  @Test func anArrayWithAnotherPathThanItsKeyHas() throws {
    let path = ledger.path(of: ledger.key("32"))
    try expect("(N5)", in: ledger.map("31 V")) { $0.arrayPaths[1] = path }
  }

  @Test func anArrayWithAnotherTagThanItsKeyHas() throws {
    try expect("(N5)", in: ledger.map("31 V")) { $0.arrayTags[1].rawValue ^= 1 }
  }

  @Test func anArrayBelowTheRoot() throws {
    let array = try #require(try ledger.map("31 32").root.node)
    try expect("(N5)", in: ledger.trie("31 32 V")) { $0.children[0] = array }
  }

  @Test func aBranchThatMiscounts() throws {
    try expect("(N6)", in: ledger.trie("31 32 V")) { $0.word(at: 0).pointee += 1 }
    try expect("(N6)", in: ledger.trie("311 312 32 V")) { $0.children[0].word(at: 0).pointee -= 1 }
  }

  @Test(arguments: ["31 32 V", "31*2 V"])
  func aWrongHashInATrie(patterns: String) throws {
    let map = try ledger.trie(patterns)
    map.expect(map.model)
    try expect("(N7)", in: map) { $0.cachedHash?.pointee ^= 1 }
  }

  @Test func aWrongHashInACollision() throws {
    try expect("(N7)", in: ledger.trie("31*2 V")) { $0.children[0].cachedHash?.pointee = 1 }
  }

  @Test func aWrongHashInAnArray() throws {
    try expect("(N7)", in: ledger.map("31 V")) { $0.cachedHash?.pointee = 1 }
  }

  @Test func aTrackedElementInAnUntrackedNode() throws {
    let tracked = ledger.value("tracked", tracked: true)
    try expect("(N8)", in: ledger.trie("31 V")) { $0.entries[1].value = tracked }
    try expect("(N8)", in: ledger.trie("31*2 V")) { $0.children[0].entries[1].value = tracked }
    try expect("(N8)", in: ledger.map("31 V")) { $0.entries[1].value = tracked }
  }

  @Test func aTrackedKeyInAnUntrackedNode() throws {
    let tracked = ledger.key("31#tracked", tracked: true)
    try expect("(N8)", in: ledger.trie("31 V")) { $0.entries[0].key = tracked }
  }

  @Test func aTrackedChildOfAnUntrackedNode() throws {
    try expect("(N8)", in: ledger.trie("31 32 V")) {
      ledger.header(of: $0.children[0].memory).pointee.isTracked = true
    }
  }

  @Test func anEntryOffItsPath() throws {
    let stranger = ledger.key("41")
    try expect("(N9)", in: ledger.trie("31 32 V")) { $0.children[0].entries[0].key = stranger }
  }

  @Test func aBranchBelowTheLastDigit() throws {
    let map = try ledger.map(Fixture.named("collision-below-chain-of-12"))
    let branch = try #require(try ledger.trie("3 V").root.node)
    try expect("(N9) a branch lies below the last digit", in: map) { root in
      var node = root
      while node.children[0].kind == .branch {
        node = node.children[0]
      }
      node.children[0] = branch
    }
  }

  @Test(arguments: [Ledger.Call.path, .contribution])
  func aFailingCallbackIsNoViolation(call: Ledger.Call) throws {
    let map = try ledger.trie("31*2 V")
    map.expect(map.model)
    let root = try #require(map.root.node)
    let error = ledger.failing(call, at: 2) {
      #expect(throws: CheckFailure.self) { try root.checkRoot(ledger.policy) }
    }
    guard case .failure(.callbackFailed) = error else {
      Issue.record("the check says \(String(describing: error))")
      return
    }
  }
}
