// SPDX-License-Identifier: Apache-2.0

import CSystem

/// A walk over the entries of a map, one run of neighbouring entries at a time.
///
/// A node's entries come before its children's. The stack holds, for each branch on the way down, the
/// children that are still to be visited; it is as high as a trie can be deep.
///
/// In a large map every node and every element is a cache miss of its own. So a step to a child asks for
/// the memory of the child after the next, and for the elements of the next, whose memory has come by then.

public struct Cursor<Policy: ElementPolicy>: BitwiseCopyable {
  public typealias Element = Policy.Element

  struct Children: BitwiseCopyable {
    var next: UnsafeMutablePointer<Node<Policy>>
    var count: Int
  }

  /// The rest of the current run: entries from `next` up to `end`. A caller may take them itself and
  /// call `advance` when none is left. These two come first, for those who read them as plain words.
  public var next: UnsafeMutablePointer<Entry<Element>>?
  public private(set) var end: UnsafeMutablePointer<Entry<Element>>?
  /// Entries of a node whose elements are asked for ahead: most nodes of a large map have fewer.
  private static var prefetchLimit: Int { 4 }

  /// Entries from which on a map is taken not to be in the cache. Below, asking ahead made a walk over
  /// 1,000 str keys 8% slower.
  private static var largeCount: Int { 8192 }

  private var isLarge = false
  private var level = -1
  private var stack: InlineArray<14, Children>

  /// Begins a walk in memory that need not be initialised: of the stack, nothing is written.
  @inline(__always)
  public static func begin(_ root: Root<Policy>, in cursor: UnsafeMutablePointer<Cursor>) {
    cursor.pointee.next = nil
    cursor.pointee.end = nil
    cursor.pointee.level = -1
    cursor.pointee.isLarge = root.count >= largeCount
    if let node = root.node {
      cursor.pointee.enter(node)
    }
  }

  /// A cursor before the first entry. Whoever holds it holds the root.
  public init(_ root: Root<Policy>) {
    // SAFETY: the filler is never read, since `level` counts what has been pushed.
    let filler = UnsafeMutablePointer<Node<Policy>>(bitPattern: 8).unsafelyUnwrapped
    stack = InlineArray(repeating: Children(next: filler, count: 0))
    next = nil
    end = nil
    isLarge = root.count >= Self.largeCount
    if let node = root.node {
      enter(node)
    }
  }

  private mutating func enter(_ node: Node<Policy>) {
    let entries = node.entries
    next = entries
    end = entries + node.entryCount
    let childCount = node.childCount
    if childCount > 0 {
      level &+= 1
      stack[level] = Children(next: node.children, count: childCount)
    }
  }

  /// Goes on to the next run. False when there is none.
  ///
  /// - Complexity: amortised O(1) per entry. No allocation, no callback.
  public mutating func advance() -> Bool {
    while level >= 0 {
      if stack[level].count == 0 {
        level &-= 1
        continue
      }
      let child = stack[level].next.pointee
      stack[level].next += 1
      stack[level].count &-= 1
      if isLarge { prefetch(behind: stack[level]) }
      enter(child)
      if next != end { return true }
    }
    return false
  }

  /// Asks for what the next steps among some children will read.
  @inline(__always)
  private func prefetch(behind children: Children) {
    guard children.count > 0 else { return }
    if children.count > 1 { csystem_prefetch(children.next[1].memory) }
    let sibling = children.next.pointee
    for slot in 0..<Swift.min(sibling.entryCount, Self.prefetchLimit) {
      Policy.prefetch(sibling.entries[slot].key)
      Policy.prefetch(sibling.entries[slot].value)
    }
  }

  /// The next entry, or nil at the end.
  @inline(__always)
  public mutating func takeNext() -> UnsafeMutablePointer<Entry<Element>>? {
    if next == end, !advance() { return nil }
    let entry = next
    next = entry.unsafelyUnwrapped + 1
    return entry
  }
}
