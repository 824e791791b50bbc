// SPDX-License-Identifier: Apache-2.0

/// The union of two tries, made of the nodes of both.
///
/// Both tries are walked together. A bucket that only one of them uses is taken as it is, with all that
/// is below it; a node that both share is not looked at. A branch whose union equals one of the two branches
/// *is* that branch, so a merge with a version that differs in a few entries makes a few nodes.

/// Chooses the value of a key that both maps have, with values that are not identical.
public protocol MergeResolver<Element> {
  associatedtype Element
  /// The value, with a reference to it. May run foreign code.
  func value(of key: Element, mine: Element, theirs: Element) throws(Failure) -> Element
}

extension Node {
  /// The union of the subtrees `a` and `b` at one place of two tries, with a reference to it.
  ///
  /// A key that both have is `a`'s.
  ///
  /// - Parameter prefix: the buckets above `level` on the way to the two.
  /// - Complexity: O(d) for tries that differ in d entries and share the rest; O(k^2) equality calls for
  ///   k colliding keys.
  // REENTRANCY: `matches`, `path(of:)` and the resolver may run foreign code. The caller holds both roots,
  // and the nodes below are never written to (N10).
  static func merge<Resolver: MergeResolver<Element>>(
    _ a: Node, _ b: Node, level: Int, prefix: HashPath, _ resolver: Resolver, _ policy: Policy
  ) throws(Failure) -> Node {
    guard a.kind == .branch, b.kind == .branch else {
      return try mergeCollisions(a, b, level: level, prefix: prefix, resolver, policy)
    }
    return try Union.with(a, b) { (union) throws(Failure) in
      do throws(Failure) {
        try union.addAll(level: level, prefix: prefix, resolver, policy)
        return try union.finish(policy)
      } catch {
        union.abandon(policy)
        throw error
      }
    }
  }

  /// As `merge`, for subtrees of which one at least is a collision node.
  private static func mergeCollisions<Resolver: MergeResolver<Element>>(
    _ a: Node, _ b: Node, level: Int, prefix: HashPath, _ resolver: Resolver, _ policy: Policy
  ) throws(Failure) -> Node {
    if a.kind == .collision, b.kind == .collision, a.collisionPath == b.collisionPath {
      return try mergeEntries(a, b, resolver, policy)
    }
    // Under a branch of its own, a collision node is a subtree like any other.
    let first = try a.asBranch(level: level, policy)
    defer { first.release(policy) }
    let second = try b.asBranch(level: level, policy)
    defer { second.release(policy) }
    return try merge(first, second, level: level, prefix: prefix, resolver, policy)
  }

  /// This branch, or a branch at `level` with this collision node and nothing else; with a reference.
  private func asBranch(level: Int, _ policy: Policy) throws(Failure) -> Node {
    retain(policy)
    guard kind == .collision else { return self }
    return try wrapped(in: collisionPath, from: level, to: level &+ 1, policy)
  }

  /// A node with one entry and nothing else, which is retained, to be merged with `other` at `level`: a
  /// collision node if `other` is one of the same path, else a branch.
  private static func lone(
    _ entry: Entry<Element>, path: HashPath, beside other: Node, level: Int, _ policy: Policy
  ) throws(Failure) -> Node {
    let tracked = policy.isTracked(entry)
    let node: Node
    if other.kind == .collision, other.collisionPath == path {
      node = try allocateCollision(count: 1, path: path, tracked: tracked, policy)
    } else {
      node = try allocateBranch(
        entryMap: Bitmap(path.bucket(at: level)), childMap: .none, tracked: tracked, policy)
    }
    node.entries[0] = entry
    policy.retain(entry)
    node.publish(policy)
    return node
  }

  /// The union of a subtree and an entry in its bucket.
  fileprivate static func merge<Resolver: MergeResolver<Element>>(
    _ node: Node, with entry: Entry<Element>, entryIsMine: Bool, level: Int,
    prefix: HashPath, _ resolver: Resolver, _ policy: Policy
  ) throws(Failure) -> Node {
    let path = try policy.path(of: entry.key).following(prefix, to: level)
    let lone = try lone(entry, path: path, beside: node, level: level, policy)
    defer { lone.release(policy) }
    return entryIsMine
      ? try merge(lone, node, level: level, prefix: prefix, resolver, policy)
      : try merge(node, lone, level: level, prefix: prefix, resolver, policy)
  }

  /// The union of two collision nodes of one path.
  private static func mergeEntries<Resolver: MergeResolver<Element>>(
    _ a: Node, _ b: Node, _ resolver: Resolver, _ policy: Policy
  ) throws(Failure) -> Node {
    var node = a
    node.retain(policy)
    do {
      for slot in 0..<b.entryCount {
        let theirs = b.collisionEntries[slot]
        let mine = try a.findInCollision(theirs.key, path: a.collisionPath, policy)
        let next: Node
        if let mine {
          if policy.areIdentical(mine.pointee.value, theirs.value) { continue }
          let value = try resolver.value(
            of: mine.pointee.key, mine: mine.pointee.value, theirs: theirs.value)
          defer { policy.release(value) }
          if policy.areIdentical(value, mine.pointee.value) { continue }
          next = try node.replacingValue(
            at: mine - a.collisionEntries, with: value, consuming: false, policy)
          policy.retain(value)
        } else {
          next = try node.appendingToCollision(theirs, consuming: false, policy)
          policy.retain(theirs)
        }
        node.release(policy)
        node = next
      }
    } catch {
      node.release(policy)
      throw error
    }
    return node
  }
}

// MARK: - One branch of a union

/// What is left of a branch of which one bucket after another is taken, in order.
private struct Limbs<Policy: ElementPolicy> {
  private let entryMap: Bitmap
  private let childMap: Bitmap
  private var nextEntry: UnsafeMutablePointer<Entry<Policy.Element>>
  private var nextChild: UnsafeMutablePointer<Node<Policy>>

  init(_ branch: Node<Policy>) {
    entryMap = branch.entryMap
    childMap = branch.childMap
    nextEntry = branch.branchEntries
    nextChild = branch.children
  }

  // SAFETY: by (N2) there is one entry, or one child, for each bit.
  @inline(__always)
  mutating func take(_ bucket: Bucket) -> Node<Policy>.Limb {
    if childMap.contains(bucket) {
      defer { nextChild += 1 }
      return .child(nextChild.pointee)
    }
    if entryMap.contains(bucket) {
      defer { nextEntry += 1 }
      return .entry(nextEntry.pointee)
    }
    return .nothing
  }
}

/// What the union of two branches will hold, slot by slot, before a node is made of it.
///
/// Entries and children are borrowed from the two branches, except those marked as made here. Both lie in
/// memory that `with` lends, which nobody has to fill first.
private struct Union<Policy: ElementPolicy> {
  typealias Element = Policy.Element

  let a: Node<Policy>
  let b: Node<Policy>
  var entryMap = Bitmap.none
  var childMap = Bitmap.none
  let entries: UnsafeMutablePointer<Entry<Element>>
  let children: UnsafeMutablePointer<Node<Policy>>
  var entryCount = 0
  var childCount = 0
  /// Slots whose child was made here, and slots whose value was given by the resolver.
  var madeChildren = Bitmap.none
  var givenValues = Bitmap.none
  var count = 0
  var tracked = false
  /// Whether the union holds just what the branch holds.
  var isA = true
  var isB = true

  /// Calls `body` with an empty union of two branches. It must not outlive the call.
  @inline(__always)
  static func with<Result>(
    _ a: Node<Policy>, _ b: Node<Policy>, _ body: (inout Union) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try withUnsafeTemporaryAllocation(
      of: Entry<Element>.self, capacity: Bucket.count
    ) { (entries) throws(Failure) in
      try withUnsafeTemporaryAllocation(
        of: Node<Policy>.self, capacity: Bucket.count
      ) { (children) throws(Failure) in
        var union = Union(
          a: a, b: b, entries: entries.baseAddress.unsafelyUnwrapped,
          children: children.baseAddress.unsafelyUnwrapped)
        return try body(&union)
      }
    }
  }

  mutating func addAll<Resolver: MergeResolver<Element>>(
    level: Int, prefix: HashPath, _ resolver: Resolver, _ policy: Policy
  ) throws(Failure) {
    var rest = Bitmap(
      rawValue: a.entryMap.rawValue | a.childMap.rawValue | b.entryMap.rawValue
        | b.childMap.rawValue)
    var mineLeft = Limbs(a)
    var theirsLeft = Limbs(b)
    while !rest.isEmpty {
      let bucket = rest.first
      rest = rest.removing(bucket)
      let below = prefix.appending(bucket, at: level)
      switch (mineLeft.take(bucket), theirsLeft.take(bucket)) {
      case (.nothing, .nothing): break
      case (let mine, .nothing):
        isB = false
        add(mine, bucket, policy)
      case (.nothing, let theirs):
        isA = false
        add(theirs, bucket, policy)
      case (.child(let mine), .child(let theirs)):
        if mine == theirs {
          add(mine, bucket, policy)
        } else {
          let child = try Node.merge(
            mine, theirs, level: level &+ 1, prefix: below, resolver, policy)
          addMerged(child, mine, theirs, bucket, policy)
        }
      case (.entry(let mine), .child(let theirs)):
        let child = try Node.merge(
          theirs, with: mine, entryIsMine: true, level: level &+ 1, prefix: below, resolver, policy)
        addMerged(child, nil, theirs, bucket, policy)
      case (.child(let mine), .entry(let theirs)):
        let child = try Node.merge(
          mine, with: theirs, entryIsMine: false, level: level &+ 1, prefix: below, resolver, policy
        )
        addMerged(child, mine, nil, bucket, policy)
      case (.entry(let mine), .entry(let theirs)):
        try add(mine, theirs, bucket, level: level, prefix: prefix, resolver, policy)
      }
    }
  }

  private mutating func add(
    _ limb: Node<Policy>.Limb, _ bucket: Bucket, _ policy: Policy
  ) {
    switch limb {
    case .nothing: break
    case .entry(let entry): add(entry, bucket, policy)
    case .child(let child): add(child, bucket, policy)
    }
  }

  private mutating func add(_ entry: Entry<Element>, _ bucket: Bucket, _ policy: Policy) {
    entries[entryCount] = entry
    entryCount &+= 1
    count &+= 1
    entryMap = entryMap.inserting(bucket)
  }

  private mutating func add(_ child: Node<Policy>, _ bucket: Bucket, _ policy: Policy) {
    children[childCount] = child
    childCount &+= 1
    count &+= child.count
    childMap = childMap.inserting(bucket)
    tracked = tracked || child.isTracked(policy)
  }

  /// Adds a child that comes with a reference, and may be one of the two that it was merged from.
  private mutating func addMerged(
    _ child: Node<Policy>, _ mine: Node<Policy>?, _ theirs: Node<Policy>?, _ bucket: Bucket,
    _ policy: Policy
  ) {
    isA = isA && child.memory == mine?.memory
    isB = isB && child.memory == theirs?.memory
    madeChildren = madeChildren.inserting(Bucket(digit: UInt64(childCount)))
    add(child, bucket, policy)
  }

  /// Adds what becomes of two entries in one bucket.
  private mutating func add<Resolver: MergeResolver<Element>>(
    _ mine: Entry<Element>, _ theirs: Entry<Element>, _ bucket: Bucket, level: Int,
    prefix: HashPath, _ resolver: Resolver, _ policy: Policy
  ) throws(Failure) {
    if !policy.areIdentical(mine.key, theirs.key) {
      isB = false
      let path = try policy.path(of: theirs.key)
      guard try policy.matches(mine.key, theirs.key, path: path) else {
        isA = false
        let below = prefix.appending(bucket, at: level)
        let fork = try Node.fork(
          mine, path: policy.path(of: mine.key).following(below, to: level &+ 1),
          theirs, path: path.following(below, to: level &+ 1), level: level &+ 1, policy)
        addMerged(fork, nil, nil, bucket, policy)
        return
      }
    }
    if policy.areIdentical(mine.value, theirs.value) {
      add(mine, bucket, policy)
      return
    }
    let value = try resolver.value(of: mine.key, mine: mine.value, theirs: theirs.value)
    isA = isA && policy.areIdentical(value, mine.value)
    isB = isB && policy.areIdentical(value, theirs.value)
    givenValues = givenValues.inserting(Bucket(digit: UInt64(entryCount)))
    add(Entry(key: mine.key, value: value), bucket, policy)
  }

  /// The node, with a reference: one of the two, or a new one.
  mutating func finish(_ policy: Policy) throws(Failure) -> Node<Policy> {
    if isA || isB {
      let node = isA ? a : b
      node.retain(policy)
      abandon(policy)
      return node
    }
    for slot in 0..<entryCount where !tracked {
      tracked = policy.isTracked(entries[slot])
    }
    let node = try Node.allocateBranch(
      entryMap: entryMap, childMap: childMap, tracked: tracked, policy)
    for slot in 0..<childCount {
      node.children[slot] = children[slot]
      if !madeChildren.contains(Bucket(digit: UInt64(slot))) { children[slot].retain(policy) }
    }
    for slot in 0..<entryCount {
      node.branchEntries[slot] = entries[slot]
      policy.retain(entries[slot].key)
      if !givenValues.contains(Bucket(digit: UInt64(slot))) { policy.retain(entries[slot].value) }
    }
    node.setCount(count)
    node.publish(policy)
    return node
  }

  /// Gives up what was made here.
  // REENTRANCY: this may run destructors of what the resolver gave; the two tries are not touched.
  func abandon(_ policy: Policy) {
    for slot in 0..<childCount where madeChildren.contains(Bucket(digit: UInt64(slot))) {
      children[slot].release(policy)
    }
    for slot in 0..<entryCount where givenValues.contains(Bucket(digit: UInt64(slot))) {
      policy.release(entries[slot].value)
    }
  }
}
