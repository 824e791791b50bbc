// SPDX-License-Identifier: Apache-2.0

/// A whole map by its root node: nothing for the empty map, an array for a small one, else a trie.
///
///     empty ──insert──▶ array ──insert beyond `arrayLimit`──▶ trie
///       ▲                 │                                    │
///       └──────remove the last entry──────────────────────────┘
///
/// A trie never becomes an array again by removal, so a map whose size moves around the limit is not
/// rebuilt over and over.
///
/// A root is an address, not an owner: `PersistentMap` owns one for Swift users, and the Python object
/// owns one there. Functions borrow roots, and those that give a root give a reference with it.

public struct Root<Policy: ElementPolicy>: BitwiseCopyable {
  public typealias Element = Policy.Element

  public var node: Node<Policy>?

  @inline(__always)
  public init(_ node: Node<Policy>?) {
    self.node = node
  }

  @inline(__always)
  public init(memory: UnsafeMutableRawPointer?) {
    if let memory {
      node = Node(memory: memory)
    } else {
      node = nil
    }
  }

  @inline(__always)
  public var memory: UnsafeMutableRawPointer? { node?.memory }

  /// - Complexity: O(1).
  @inline(__always)
  public var count: Int { node?.count ?? 0 }

  /// Whether the map is taken not to be in the cache, so that a walk over it asks for memory ahead. Below
  /// 8,192 entries, asking made a walk over 1,000 str keys 8% slower.
  @inline(__always)
  var isLarge: Bool { count >= 8192 }

  @inline(__always)
  public func retain(_ policy: Policy) {
    node?.retain(policy)
  }

  @inline(__always)
  public func release(_ policy: Policy) {
    node?.release(policy)
  }

  /// Whether the map holds something that can be part of a reference cycle.
  @inline(__always)
  public func isTracked(_ policy: Policy) -> Bool {
    node?.isTracked(policy) ?? false
  }

  /// The entry of a key, or nil. It stays where it is as long as the root is held.
  ///
  /// - Parameter path: the path of `key`.
  /// - Complexity: O(log n) node visits, one equality call for a hit that is not identical. No
  ///   allocation.
  @inline(__always)
  public func find(
    _ key: Element, path: HashPath, _ policy: Policy
  ) throws(Failure) -> UnsafeMutablePointer<Entry<Element>>? {
    guard let node else { return nil }
    guard node.kind == .array else { return try node.find(key, path: path, policy) }
    guard let slot = try ArrayMap(node).slot(of: key, path: path, policy) else { return nil }
    return node.arrayEntries + slot
  }
}

extension Root {
  /// Finds the entries of up to `Node.queryLimit` keys, whose paths are given, in turn.
  ///
  /// - Complexity: O(k log n) for k keys. No allocation.
  public func find(
    _ queries: UnsafeMutablePointer<Query<Element>>, count: Int, _ policy: Policy
  ) throws(Failure) {
    if let node, node.kind != .array {
      try node.find(queries, count: count, policy)
      return
    }
    for index in 0..<count {
      queries[index].entry = try find(queries[index].key, path: queries[index].path, policy)
    }
  }
}
