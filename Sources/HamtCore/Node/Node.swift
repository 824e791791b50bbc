// SPDX-License-Identifier: Apache-2.0

/// One block of a map: a branch of the trie, a collision node, or a whole small map.
///
/// A node is as long as what is in it. Children come first and entries behind them, so a step down the
/// trie touches the bitmaps and one word, and only the last step reads an entry. What an edit in place
/// writes to on its way back up, count and hash, lies beside the bitmaps that it has read:
///
///     branch     ┌────────┬─────────┬─────────┬─────────┬─────────┬─────────┬─────────┐
///     c children │ policy │ entry   │ child   │ count   │ hash    │ child   │ entry   │
///     e entries  │ header │ Map     │ Map     │         │         │ 0 … c-1 │ 0 … e-1 │
///                └────────┴─────────┴─────────┴─────────┴─────────┴─────────┴─────────┘
///       bytes      policy      4         4         8         8        8 c      16 e
///
///     branch     ┌────────┬─────────┬─────────┬─────────┬────────┐
///     no child   │ policy │ entry   │ zero    │ entry   │ hash*  │
///     e entries  │ header │ Map     │         │ 0 … e-1 │        │
///                └────────┴─────────┴─────────┴─────────┴────────┘
///       bytes      policy      4         4       16 e       8      * only with many entries
///
///     collision  ┌────────┬─────────┬─────────┬─────────┬─────────┬─────────┬─────────┐
///                │ policy │ all     │ all     │ count   │ hash    │ path    │ entry   │
///                │ header │ ones    │ ones    │         │         │         │ 0 … n-1 │
///                └────────┴─────────┴─────────┴─────────┴─────────┴─────────┴─────────┘
///       bytes      policy      4         4         8         8         8       16 n
///
///     array      ┌────────┬─────────┬─────────┬─────────┬─────────┬─────────┬─────────┬─────────┐
///     (root of a │ policy │ one     │ one     │ count   │ hash    │ tags    │ entry   │ path    │
///     small map) │ header │         │         │         │         │         │ 0 … n-1 │ 0 … n-1 │
///                └────────┴─────────┴─────────┴─────────┴─────────┴─────────┴─────────┴─────────┘
///       bytes      policy      4         4         8         8     arrayLimit   16 n       8 n
///
/// *count* is the number of entries in the subtree. *hash* is the exclusive or of their contributions,
/// zero while it is not known. The count of a branch without children is in its bitmap; the hash of one of
/// a few entries is quickly taken anew.
///
/// Invariants (checked by `Node+Invariants.swift`):
///  (N1) The bitmaps of a branch share no bit; those of the other kinds are equal, and mark the kind.
///  (N2) Entry i and child i of a branch belong to the i-th lowest set bit of their bitmap.
///  (N3) Below the root no branch holds a lone entry and no child, nor a lone collision node and no
///       entry: both are folded into the parent. A root branch is never empty.
///  (N4) A collision node has two entries or more, all of the path that it stores, and is never a root.
///  (N5) An array is a root of 1 to `arrayLimit` entries, each beside its own path and its tag.
///  (N6) The count of a branch is the sum over what is in it.
///  (N7) A cached hash is the exclusive or of the contributions of the entries below, or zero.
///  (N8) A node that holds a tracked element or a tracked child is tracked.
///  (N9) Each entry lies on the path of its key.
///  (N10) A node that two owners can reach is never written to, the hash excepted.
///
/// This type is the address of a node and nothing more: who holds it, and for how long, is for the
/// functions that take it to say. All of them borrow, unless they say otherwise.

public struct Node<Policy: ElementPolicy>: BitwiseCopyable {
  public typealias Element = Policy.Element

  public let memory: UnsafeMutableRawPointer

  @inline(__always)
  public init(memory: UnsafeMutableRawPointer) {
    self.memory = memory
  }

  public enum Kind {
    case branch, collision, array
  }

  @inline(__always)
  static func == (a: Node, b: Node) -> Bool { a.memory == b.memory }
}

// MARK: - The words of a node

// SAFETY: every access below lies within the block, whose size `byteCount` derives from the same bitmaps
// and counts that give the addresses. The caller keeps the node alive.

extension Node {
  /// Where the part that depends on the kind begins.
  @inline(__always)
  var base: UnsafeMutableRawPointer { memory + (Policy.nodeHeaderSize &+ 8) }

  @inline(__always)
  var entryMap: Bitmap {
    get { Bitmap(rawValue: memory.load(fromByteOffset: Policy.nodeHeaderSize, as: UInt32.self)) }
    nonmutating set {
      memory.storeBytes(
        of: newValue.rawValue, toByteOffset: Policy.nodeHeaderSize, as: UInt32.self)
    }
  }

  @inline(__always)
  var childMap: Bitmap {
    get {
      Bitmap(rawValue: memory.load(fromByteOffset: Policy.nodeHeaderSize &+ 4, as: UInt32.self))
    }
    nonmutating set {
      memory.storeBytes(
        of: newValue.rawValue, toByteOffset: Policy.nodeHeaderSize &+ 4, as: UInt32.self)
    }
  }

  @inline(__always) static var collisionMark: Bitmap { .all }
  @inline(__always) static var arrayMark: Bitmap { Bitmap(rawValue: 1) }

  @inline(__always)
  public var kind: Kind {
    let shared = entryMap.intersection(childMap)
    if shared.isEmpty { return .branch }
    return shared == Self.collisionMark ? .collision : .array
  }

  @inline(__always)
  func word(at offset: Int) -> UnsafeMutablePointer<UInt64> {
    (base + offset).assumingMemoryBound(to: UInt64.self)
  }
}

// MARK: - Contents of any kind

extension Node {
  @inline(__always)
  public var childCount: Int { kind == .branch ? childMap.count : 0 }

  @inline(__always)
  public var entryCount: Int {
    kind == .branch ? entryMap.count : Int(truncatingIfNeeded: word(at: 0).pointee)
  }

  /// The buckets of a branch that hold an entry, and those that hold a child.
  public var buckets: (entries: Bitmap, children: Bitmap) {
    kind == .branch ? (entryMap, childMap) : (.none, .none)
  }

  /// The children of a branch.
  @inline(__always)
  public var children: UnsafeMutablePointer<Node> {
    (base + 16).assumingMemoryBound(to: Node.self)
  }

  @inline(__always)
  public var entries: UnsafeMutablePointer<Entry<Element>> {
    switch kind {
    case .branch: return branchEntries
    case .collision: return collisionEntries
    case .array: return arrayEntries
    }
  }

  /// The number of entries in the subtree.
  @inline(__always)
  public var count: Int {
    childMap.isEmpty ? entryMap.count : Int(truncatingIfNeeded: word(at: 0).pointee)
  }

  /// Where the hash of the subtree is kept, or nil for a branch that keeps none.
  @inline(__always)
  var cachedHash: UnsafeMutablePointer<UInt64>? {
    if !childMap.isEmpty { return word(at: 8) }
    let entryCount = entryMap.count
    return Self.leafKeepsHash(entries: entryCount) ? word(at: 16 &* entryCount) : nil
  }

  /// The length of the block.
  @inline(__always)
  public var byteCount: Int { extent.byteCount }

  /// What a node holds and where, taken from its words at once.
  struct Extent {
    let childCount: Int
    let entryCount: Int
    let entries: UnsafeMutablePointer<Entry<Element>>
    let byteCount: Int
  }

  @inline(__always)
  var extent: Extent {
    if kind == .branch {
      let entryCount = entryMap.count
      let childCount = childMap.count
      return Extent(
        childCount: childCount, entryCount: entryCount,
        entries: branchEntries,
        byteCount: Self.branchByteCount(entries: entryCount, children: childCount))
    }
    let count = Int(truncatingIfNeeded: word(at: 0).pointee)
    let isArray = kind == .array
    return Extent(
      childCount: 0, entryCount: count, entries: isArray ? arrayEntries : collisionEntries,
      byteCount: isArray ? Self.arrayByteCount(count) : Self.collisionByteCount(count))
  }
}

// MARK: - Branch

extension Node {
  @inline(__always)
  static func branchByteCount(entries: Int, children: Int) -> Int {
    Policy.nodeHeaderSize &+ 8 &+ 16 &* entries &+ 8 &* children
      &+ (children > 0 ? 16 : leafKeepsHash(entries: entries) ? 8 : 0)
  }

  /// Whether a branch without children keeps its hash. One that does not costs whoever takes the hash of
  /// its parent a walk over its entries.
  ///
  /// Most nodes of a large map are leaves of two or three entries. Eight is not measured against other
  /// limits; without one, a hash after one change to 1,000,000 dense keys took 8 µs in place of 1.
  @inline(__always)
  private static func leafKeepsHash(entries: Int) -> Bool { entries > 8 }

  @inline(__always)
  var branchEntries: UnsafeMutablePointer<Entry<Element>> {
    let childCount = childMap.count
    return (base + (childMap.isEmpty ? 0 : 16 &+ 8 &* childCount))
      .assumingMemoryBound(to: Entry<Element>.self)
  }

  /// Sets the count, if the node keeps one, and forgets the hash.
  @inline(__always)
  func setCount(_ count: Int) {
    if !childMap.isEmpty {
      word(at: 0).pointee = UInt64(truncatingIfNeeded: count)
    }
    cachedHash?.pointee = 0
  }

  @inline(__always)
  func forgetHash() {
    if let cachedHash, cachedHash.pointee != 0 { cachedHash.pointee = 0 }
  }
}

// MARK: - Collision

extension Node {
  @inline(__always)
  static func collisionByteCount(_ count: Int) -> Int {
    Policy.nodeHeaderSize &+ 32 &+ 16 &* count
  }

  @inline(__always)
  var collisionPath: HashPath { HashPath(bits: word(at: 16).pointee) }

  @inline(__always)
  var collisionEntries: UnsafeMutablePointer<Entry<Element>> {
    (base + 24).assumingMemoryBound(to: Entry<Element>.self)
  }
}

// MARK: - Array

extension Node {
  /// Entries that a small map holds before it becomes a trie.
  ///
  /// A multiple of eight, and `Tag.groupSize` at most. Clojure's (PersistentArrayMap); docs/design/nodes.md
  /// compares it with 16.
  ///
  /// The two other limits are for `make bench-array-limit`, which measures what this one is worth.
  #if HAMT_ARRAY_LIMIT_0
    public static var arrayLimit: Int { 0 }
  #elseif HAMT_ARRAY_LIMIT_16
    public static var arrayLimit: Int { 16 }
  #else
    public static var arrayLimit: Int { 8 }
  #endif

  @inline(__always)
  static func arrayByteCount(_ count: Int) -> Int {
    Policy.nodeHeaderSize &+ 24 &+ arrayLimit &+ 24 &* count
  }

  /// The tags of the entries, a byte for each; those behind the last mean nothing.
  @inline(__always)
  var arrayTags: UnsafeMutablePointer<Tag> {
    (base + 16).assumingMemoryBound(to: Tag.self)
  }

  @inline(__always)
  var arrayEntries: UnsafeMutablePointer<Entry<Element>> {
    (base + (16 &+ Self.arrayLimit)).assumingMemoryBound(to: Entry<Element>.self)
  }

  @inline(__always)
  var arrayPaths: UnsafeMutablePointer<HashPath> {
    (base + (16 &+ Self.arrayLimit &+ 16 &* entryCount)).assumingMemoryBound(to: HashPath.self)
  }

  // The tags move all at once: `update` and its like take bytes one by one.

  @inline(__always)
  func copyArrayTags(from other: Node) {
    UnsafeMutableRawPointer(arrayTags).copyMemory(
      from: other.arrayTags, byteCount: Self.arrayLimit)
  }

  /// Copies the tags of another array but one.
  @inline(__always)
  func copyArrayTags(from other: Node, exceptAt slot: Int) {
    for index in 0..<Self.arrayLimit / 8 {
      let tags = other.word(at: 16 &+ 8 &* index).pointee
      let next = 8 &* index &+ 8 < Self.arrayLimit ? other.word(at: 24 &+ 8 &* index).pointee : 0
      // A shift by 64 or more gives zero: all tags of this word lie behind the slot, or none does.
      let before = (1 as UInt64) << (8 &* (slot &- 8 &* index)) &- 1
      word(at: 16 &+ 8 &* index).pointee = tags & before | (tags &>> 8 | next &<< 56) & ~before
    }
  }

  /// Writes the path of a slot, and its tag.
  @inline(__always)
  func setArrayPath(_ path: HashPath, at slot: Int) {
    arrayPaths[slot] = path
    arrayTags[slot] = Tag(path)
  }
}
