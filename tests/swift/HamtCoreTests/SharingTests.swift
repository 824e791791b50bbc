// SPDX-License-Identifier: Apache-2.0

/// What two maps are said to share, against the nodes that can be reached from both.

import Testing

@testable import HamtCore

@Suite(.ledger) struct SharingTests {
  let ledger = Ledger.current

  private func nodes(of map: TestMap) -> [UnsafeMutableRawPointer: Int] {
    var sizes: [UnsafeMutableRawPointer: Int] = [:]
    func visit(_ node: Node<TestPolicy>) {
      sizes[node.memory] = node.byteCount
      for slot in 0..<node.childCount { visit(node.children[slot]) }
    }
    if let node = map.root.node { visit(node) }
    return sizes
  }

  private func expectShared(
    _ first: TestMap, _ second: TestMap, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    var sums = Statistics()
    if let node = first.root.node, let other = second.root.node {
      node.addShared(with: other, to: &sums, ledger.policy)
    }
    let other = nodes(of: second)
    let shared = nodes(of: first).filter { other[$0.key] != nil }
    #expect(
      sums.arrayNodes + sums.branchNodes + sums.collisionNodes == shared.count,
      sourceLocation: sourceLocation)
    #expect(sums.bytes == shared.values.reduce(0, +), sourceLocation: sourceLocation)
  }

  @Test(arguments: Fixture.all)
  func mapSharesAllWithItself(fixture: Fixture) throws {
    let map = try ledger.map(fixture)
    expectShared(map, map)
    expectShared(map, map.copy())
  }

  @Test(arguments: Fixture.all, Fixture.all)
  func sharedNodesAreThoseThatBothReach(fixture: Fixture, edited: Fixture) throws {
    let map = try ledger.map(fixture)
    var version = map
    for pair in try ledger.map(edited).entries {
      version = try version.applying(.set(pair.key, pair.value))
      expectShared(map, version)
      expectShared(version, map)
    }
    for pair in map.entries.prefix(5) {
      version = try version.applying(.remove(pair.key))
      expectShared(map, version)
    }
  }

  /// A key of nearly the same path pushes a collision node one level down.
  @Test func collisionNodeIsFoundWhereItWent() throws {
    let map = try ledger.trie("0 V 31*3")
    let key = try #require(try ledger.map("312").entries.first)
    let version = try map.applying(.set(key.key, key.value))
    var sums = Statistics()
    map.root.node!.addShared(with: version.root.node!, to: &sums, ledger.policy)
    #expect(sums.collisionNodes == 1)
    expectShared(map, version)
    expectShared(version, map)
  }
}
