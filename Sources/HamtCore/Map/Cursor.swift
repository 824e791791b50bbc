// SPDX-License-Identifier: Apache-2.0

import CSystem

/// A walk over the entries of a map, one run of neighbouring entries at a time.
///
/// A node's entries come before its children's. The stack holds, for each branch on the way down, the
/// children that are still to be visited; it is as high as a trie can be deep.
///
/// In a large map every node and every element is a cache miss of its own. So a step to a child asks for
/// the memory of a child further on, and for the elements of one between, whose memory has come by then.

public struct Cursor<Policy: ElementPolicy>: BitwiseCopyable {
  public typealias Element = Policy.Element

  struct Children: BitwiseCopyable {
    var next: UnsafeMutablePointer<Node<Policy>>
    var count: Int
  }

  /// What a walk reads of the entries, and so asks for ahead.
  public enum Parts: BitwiseCopyable {
    case keys, values, both
  }

  /// The rest of the current run: entries from `next` up to `end`. A caller may take them itself and
  /// call `advance` when none is left. These two come first, for those who read them as plain words.
  public var next: UnsafeMutablePointer<Entry<Element>>?
  public private(set) var end: UnsafeMutablePointer<Entry<Element>>?

  /// How many children ahead of the walk a node is asked for, and how many its elements. With 2 and 1, and
  /// one line of each node, the keys of 100,000 str took 27 ns each in place of 18, the items of 1,000,000
  /// ints 75 in place of 40.
  private static var nodeDistance: Int { 8 }
  private static var elementDistance: Int { 3 }
  /// Cache lines of a node that are asked for. Leaves have one or two, branches up to nine.
  private static var lineCount: Int { 3 }

  /// What is asked for ahead: nothing in a small map.
  private var asked: Parts?
  private var level = -1
  private var stack: InlineArray<14, Children>

  /// Begins a walk in memory that need not be initialised: of the stack, nothing is written.
  @inline(__always)
  public static func begin(
    _ root: Root<Policy>, parts: Parts, in cursor: UnsafeMutablePointer<Cursor>
  ) {
    cursor.pointee.next = nil
    cursor.pointee.end = nil
    cursor.pointee.level = -1
    cursor.pointee.asked = root.isLarge ? parts : nil
    if let node = root.node {
      cursor.pointee.enter(node)
    }
  }

  /// A cursor before the first entry. Whoever holds it holds the root.
  public init(_ root: Root<Policy>, parts: Parts = .both) {
    // SAFETY: the filler is never read, since `level` counts what has been pushed.
    let filler = UnsafeMutablePointer<Node<Policy>>(bitPattern: 8).unsafelyUnwrapped
    stack = InlineArray(repeating: Children(next: filler, count: 0))
    next = nil
    end = nil
    asked = root.isLarge ? parts : nil
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
      if asked != nil {
        for slot in 0..<Swift.min(childCount, Self.nodeDistance) {
          Self.prefetch(node.children[slot])
        }
      }
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
      if let asked { prefetch(asked, behind: stack[level]) }
      enter(child)
      if next != end { return true }
    }
    return false
  }

  /// Asks for what later steps among some children will read.
  @inline(__always)
  private func prefetch(_ parts: Parts, behind children: Children) {
    if children.count >= Self.nodeDistance {
      Self.prefetch(children.next[Self.nodeDistance &- 1])
    }
    guard children.count >= Self.elementDistance else { return }
    let sibling = children.next[Self.elementDistance &- 1]
    for slot in 0..<sibling.entryCount {
      if parts != .values { Policy.prefetch(sibling.entries[slot].key) }
      if parts != .keys { Policy.prefetch(sibling.entries[slot].value) }
    }
  }

  // SAFETY: an address that is asked for is not read; it may lie behind the node.
  @inline(__always)
  private static func prefetch(_ node: Node<Policy>) {
    for line in 0..<lineCount {
      csystem_prefetch(node.memory + 64 &* line)
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
