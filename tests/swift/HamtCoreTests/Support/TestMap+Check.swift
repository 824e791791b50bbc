// SPDX-License-Identifier: Apache-2.0

/// Holding a map against its invariants and against what it should contain.

import Testing

@testable import HamtCore

extension TestMap {
  /// What the core's own check says: the invariant that is broken, or nil.
  var violation: String? {
    ledger.inspecting {
      do throws(CheckFailure) {
        try root.node?.checkRoot(policy)
        return nil
      } catch {
        switch error {
        case .violation(let violation): return "\(violation.text)"
        case .failure(let failure): return "\(failure)"
        }
      }
    }
  }

  /// The tree is sound. May be asked while an edit is under way.
  func checkTree(sourceLocation: SourceLocation = #_sourceLocation) {
    if ledger.pathsAreStable, let violation {
      Issue.record("\(violation)\n\(drawing)", sourceLocation: sourceLocation)
    }
  }

  /// The tree is sound and every count in the ledger is right.
  func check(sourceLocation: SourceLocation = #_sourceLocation) {
    checkTree(sourceLocation: sourceLocation)
    ledger.audit(sourceLocation: sourceLocation)
  }

  /// The map has these entries and no other: in its count, by a walk, by looking each up, and in its
  /// hash, which every node knows afterwards.
  func expect(_ expected: Model, sourceLocation: SourceLocation = #_sourceLocation) {
    ledger.inspecting {
      #expect(root.count == expected.count, sourceLocation: sourceLocation)
      #expect(model == expected, "\(drawing)", sourceLocation: sourceLocation)
      for pair in expected.values where (try? entry(of: pair.key)) != pair {
        Issue.record("\(ledger.name(of: pair.key)) is not found", sourceLocation: sourceLocation)
      }
      let hash = expected.values.reduce(UInt64(0)) {
        $0 ^ ledger.contribution(key: $1.key, value: $1.value)
      }
      #expect((try? root.contributions(policy)) == hash, sourceLocation: sourceLocation)
    }
  }

  /// Whether every node is tracked exactly when it holds something tracked. (N8) asks for half of it.
  var isTrackedExactly: Bool {
    func isExact(_ node: Node<TestPolicy>) -> Bool {
      let needed = node.holdsTracked(exceptEntry: -1, exceptChild: -1, policy)
      return node.isTracked(policy) == needed
        && (0..<node.childCount).allSatisfy { isExact(node.children[$0]) }
    }
    return root.node.map(isExact) ?? true
  }

  /// The words of every node, the hashes excepted: what nobody may change while others hold it (N10).
  var image: [[UInt64]] {
    func image(of node: Node<TestPolicy>) -> [[UInt64]] {
      let header = TestPolicy.nodeHeaderSize
      var words = stride(from: header, to: node.byteCount, by: 8).map {
        node.memory.load(fromByteOffset: $0, as: UInt64.self)
      }
      if let hash = node.cachedHash {
        words[(UnsafeMutableRawPointer(hash) - node.memory - header) / 8] = 0
      }
      let address = UInt64(UInt(bitPattern: node.memory))
      return (0..<node.childCount).reduce([[address] + words]) {
        $0 + image(of: node.children[$1])
      }
    }
    return root.node.map(image) ?? []
  }
}

extension TestMap.Model {
  /// The contents after an edit: the first of two equal keys stays.
  func applying(_ edit: Edit, _ ledger: Ledger) -> TestMap.Model {
    var result = self
    switch edit {
    case .set(let key, let value):
      let stored = result[ledger.equalityClass(of: key)]?.key ?? key
      result[ledger.equalityClass(of: key)] = TestMap.Pair(key: stored, value: value)
    case .remove(let key):
      result[ledger.equalityClass(of: key)] = nil
    }
    return result
  }
}

extension Ledger {
  /// What an entry adds to a hash: equal for entries that are equal.
  func contribution(key: Token, value: Token) -> UInt64 {
    var bits = UInt64(equalityClass(of: key)) << 32 | UInt64(equalityClass(of: value))
    bits = (bits ^ bits >> 30) &* 0xBF58_476D_1CE4_E5B9
    bits = (bits ^ bits >> 27) &* 0x94D0_49BB_1331_11EB
    return bits ^ bits >> 31
  }
}
