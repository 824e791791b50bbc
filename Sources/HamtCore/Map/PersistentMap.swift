// SPDX-License-Identifier: Apache-2.0

/// A persistent map for Swift: every update gives a new map that shares its nodes with the old one.
///
///     let pool = NodePool()!
///     let one = PersistentMap(policy: UInt64Policy(pool: pool))
///     let two = try one.inserting(7, 49)
///     // one.count == 0, two[7] == 49
///
/// It owns one reference to its root. A copy is explicit, and O(1).

public struct PersistentMap<Policy: ElementPolicy>: ~Copyable {
  public typealias Element = Policy.Element

  public private(set) var root: Root<Policy>
  public let policy: Policy

  /// Always nil. Swift 6.3 never runs the deinit of a generic type in a debug build when all its fields
  /// are trivial; a reference is not.
  private let anchor: Anchor? = nil

  private final class Anchor {}

  /// An empty map.
  public init(policy: Policy) {
    self.init(taking: Root(nil), policy: policy)
  }

  /// A map that takes over a reference to a root.
  public init(taking root: Root<Policy>, policy: Policy) {
    self.root = root
    self.policy = policy
  }

  deinit {
    root.release(policy)
  }

  /// Another owner of the same nodes.
  ///
  /// - Complexity: O(1).
  public func copy() -> PersistentMap {
    root.retain(policy)
    return PersistentMap(taking: root, policy: policy)
  }

  public var count: Int { root.count }

  public var isEmpty: Bool { root.node == nil }

  /// The value of a key, or nil.
  ///
  /// - Complexity: O(log n) node visits. No allocation.
  public func value(of key: Element) throws(Failure) -> Element? {
    let path = try policy.path(of: key)
    return try root.find(key, path: path, policy)?.pointee.value
  }

  /// A map in which `key` has `value`; this map when it has that very value already.
  ///
  /// - Complexity: O(log n) node visits, at most one allocation per level.
  public func inserting(_ key: Element, _ value: Element) throws(Failure) -> PersistentMap {
    let path = try policy.path(of: key)
    var new = root
    let outcome = try new.insert(
      Entry(key: key, value: value), path: path, inPlace: false, policy)
    if case .unchanged = outcome { return copy() }
    return PersistentMap(taking: new, policy: policy)
  }

  /// A map without `key`; this map when the key is absent.
  ///
  /// - Complexity: as `inserting`.
  public func removing(_ key: Element) throws(Failure) -> PersistentMap {
    let path = try policy.path(of: key)
    var new = root
    let outcome = try new.remove(key, path: path, inPlace: false, policy)
    if case .unchanged = outcome { return copy() }
    return PersistentMap(taking: new, policy: policy)
  }

  /// Sets a key in place; nodes shared with other maps are copied first. True when the key is new.
  ///
  /// - Complexity: as `inserting`; no copy of a node that only this map holds.
  @discardableResult
  public mutating func insert(_ key: Element, _ value: Element) throws(Failure) -> Bool {
    let path = try policy.path(of: key)
    let outcome = try root.insert(
      Entry(key: key, value: value), path: path, inPlace: true, policy)
    guard case .changed(let isNewKey, let displaced) = outcome else { return false }
    displaced.release(policy)
    return isNewKey
  }

  /// Removes a key in place. True when it was there.
  ///
  /// - Complexity: as `insert`.
  @discardableResult
  public mutating func remove(_ key: Element) throws(Failure) -> Bool {
    let path = try policy.path(of: key)
    let outcome = try root.remove(key, path: path, inPlace: true, policy)
    guard case .changed(_, let displaced) = outcome else { return false }
    displaced.release(policy)
    return true
  }

  /// Calls `body` with each key and value.
  ///
  /// - Complexity: O(n). No allocation.
  public func forEach<E>(_ body: (Element, Element) throws(E) -> Void) throws(E) {
    var cursor = Cursor(root)
    while let entry = cursor.takeNext() {
      try body(entry.pointee.key, entry.pointee.value)
    }
  }

  /// Whether both maps have equal keys with equal values. What they share is not looked at.
  ///
  /// - Complexity: O(d) for maps that differ in d entries and share the rest.
  public func isEqual(to other: borrowing PersistentMap) throws(Failure) -> Bool {
    try root.isEqual(to: other.root, policy)
  }
}
