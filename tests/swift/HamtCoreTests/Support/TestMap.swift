// SPDX-License-Identifier: Apache-2.0

/// A map under test: the owner of one reference to a root, which it gives up in `drop`.
///
/// It edits its root as the Python object does: the new root is stored before what the edit displaced is
/// released. After each edit, a failed one too, it checks the invariants and the counts.

import Testing

@testable import HamtCore

final class TestMap {
  /// A key and a value.
  struct Pair: Hashable {
    var key: Token
    var value: Token
  }

  /// What a map should hold, by the equality class of the keys.
  typealias Model = [Int: Pair]

  let ledger: Ledger
  private(set) var root: Root<TestPolicy>

  var policy: TestPolicy { ledger.policy }

  /// A map that takes over a reference to a root.
  init(_ root: Root<TestPolicy>, in ledger: Ledger) {
    self.root = root
    self.ledger = ledger
    ledger.maps[ObjectIdentifier(self)] = self
  }

  /// Another owner of the same root.
  func copy() -> TestMap {
    root.retain(policy)
    return TestMap(root, in: ledger)
  }

  /// Gives up the root; the map is empty from then on.
  func drop() {
    let old = root
    root = Root(nil)
    ledger.maps[ObjectIdentifier(self)] = nil
    old.release(policy)
  }
}

// MARK: - Edits

/// A change of one key.
enum Edit: Hashable {
  case set(Token, Token)
  case remove(Token)
}

extension TestMap {
  /// The map after an edit; this one when the edit changes nothing.
  func applying(_ edit: Edit) throws(Failure) -> TestMap {
    var new = root
    defer { check() }
    guard case .changed = try Self.apply(edit, to: &new, inPlace: false, ledger) else {
      #expect(new.memory == root.memory)
      return self
    }
    let result = TestMap(new, in: ledger)
    result.checkTree()
    return result
  }

  /// Edits this map in place. False when nothing changes.
  @discardableResult
  func apply(_ edit: Edit) throws(Failure) -> Bool {
    defer { check() }
    var new = root
    let outcome: EditOutcome<TestPolicy>
    do {
      outcome = try Self.apply(edit, to: &new, inPlace: true, ledger)
    } catch {
      root = new
      throw error
    }
    root = new
    guard case .changed(_, let displaced) = outcome else { return false }
    displaced.release(policy)
    return true
  }

  private static func apply(
    _ edit: Edit, to root: inout Root<TestPolicy>, inPlace: Bool, _ ledger: Ledger
  ) throws(Failure) -> EditOutcome<TestPolicy> {
    switch edit {
    case .set(let key, let value):
      return try root.insert(
        Entry(key: key, value: value), path: ledger.path(of: key), inPlace: inPlace, ledger.policy)
    case .remove(let key):
      return try root.remove(key, path: ledger.path(of: key), inPlace: inPlace, ledger.policy)
    }
  }
}

// MARK: - Reading

extension TestMap {
  func entry(of key: Token) throws(Failure) -> Pair? {
    try root.find(key, path: ledger.path(of: key), policy).map {
      Pair(key: $0.pointee.key, value: $0.pointee.value)
    }
  }

  /// The entries in the order of a walk.
  var entries: [Pair] {
    var entries: [Pair] = []
    var cursor = Cursor(root)
    while let entry = cursor.takeNext() {
      entries.append(Pair(key: entry.pointee.key, value: entry.pointee.value))
    }
    return entries
  }

  var model: Model {
    Dictionary(
      entries.map { (ledger.equalityClass(of: $0.key), $0) },
      uniquingKeysWith: { first, second in
        ledger.report("\(ledger.name(of: first.key)) and \(ledger.name(of: second.key)) are equal")
        return second
      })
  }

  /// The drawing of the tree, a line for each node and entry.
  var drawing: String {
    var drawing = Drawing(ledger: ledger)
    root.node?.dump(to: &drawing)
    return drawing.text
  }

  /// The drawing without what sets colliding keys apart, whose order depends on how they came.
  var shape: String {
    drawing.replacing(#/#\d+/#, with: "#")
  }

  var statistics: Statistics {
    var statistics = Statistics()
    root.node?.add(to: &statistics, level: 0, policy)
    return statistics
  }
}

private struct Drawing: DumpTarget {
  let ledger: Ledger
  var text = ""

  mutating func write(_ text: StaticString) { self.text += "\(text)" }
  mutating func write(_ number: Int) { text += "\(number)" }
  mutating func write(character: UInt8) { text.unicodeScalars.append(UnicodeScalar(character)) }
  mutating func write(key: Token) { text += ledger.name(of: key) }
}
