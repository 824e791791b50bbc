// SPDX-License-Identifier: Apache-2.0

/// The steps that every edit is made of: one bucket of a branch, one value, one entry of a flat node.
///
/// A step takes a node and gives the node that stands in its place. A *copying* step leaves the old node
/// as it was, for its other owners, and retains all that both hold. A *consuming* step needs the only
/// reference to the node: the contents move, uncounted, and the old block is freed.
///
/// What a step puts in is stored uncounted, so that a step that fails has nothing to undo: the caller
/// retains it when the step has succeeded. What a consuming step takes out keeps the count that the node
/// had on it: the caller releases it when the whole structure is in order again.

extension Node {
  /// What a bucket of a branch holds.
  enum Limb {
    case nothing
    case entry(Entry<Element>)
    case child(Node)
  }

  /// This branch with one bucket changed.
  ///
  /// - Parameter count: the number of entries below the new branch.
  @inline(__always)
  func replacing(
    _ bucket: Bucket, with limb: Limb, count: Int, consuming: Bool, _ policy: Policy
  ) throws(Failure) -> Node {
    var newEntryMap = entryMap.removing(bucket)
    var newChildMap = childMap.removing(bucket)
    switch limb {
    case .nothing: break
    case .entry: newEntryMap = newEntryMap.inserting(bucket)
    case .child: newChildMap = newChildMap.inserting(bucket)
    }
    let node = try Self.allocateBranch(
      entryMap: newEntryMap, childMap: newChildMap,
      tracked: isTracked(replacing: bucket, with: limb, policy), policy)

    // SAFETY: a slot below the bucket's is the same in both nodes; one above moves by what the bucket
    // gained or lost. Both ranges lie within their blocks by (N2).
    let childSlot = childMap.slot(of: bucket)
    let entrySlot = entryMap.slot(of: bucket)
    let oldChild = childMap.contains(bucket) ? 1 : 0
    let oldEntry = entryMap.contains(bucket) ? 1 : 0
    var newChild = 0
    var newEntry = 0
    switch limb {
    case .nothing: break
    case .entry(let entry):
      newEntry = 1
      node.branchEntries[entrySlot] = entry
    case .child(let child):
      newChild = 1
      node.children[childSlot] = child
    }
    Self.transfer(children, to: node.children, count: childSlot, consuming, policy)
    Self.transfer(
      children + childSlot + oldChild, to: node.children + childSlot + newChild,
      count: childMap.count &- childSlot &- oldChild, consuming, policy)
    Self.transfer(branchEntries, to: node.branchEntries, count: entrySlot, consuming, policy)
    Self.transfer(
      branchEntries + entrySlot + oldEntry, to: node.branchEntries + entrySlot + newEntry,
      count: entryMap.count &- entrySlot &- oldEntry, consuming, policy)
    node.setCount(count)
    if consuming {
      deallocateMoved(policy)
    }
    node.publish(policy)
    return node
  }

  /// This node, of any kind, with the value in one slot changed.
  @inline(__always)
  func replacingValue(
    at slot: Int, with value: Element, consuming: Bool, _ policy: Policy
  ) throws(Failure) -> Node {
    let valueIsTracked = policy.isTracked(value)
    if consuming, !valueIsTracked || isTracked(policy) {
      entries[slot].value = value
      forgetHash()
      return self
    }
    var tracked = valueIsTracked
    if !tracked, isTracked(policy) {
      let old = entries[slot]
      tracked =
        policy.isTracked(old.key) || !policy.isTracked(old.value)
        || holdsTracked(exceptEntry: slot, exceptChild: -1, policy)
    }
    let node = try duplicated(tracked: tracked, consuming: consuming, policy)
    let place = node.entries + slot
    if consuming {
      node.forgetHash()
    } else {
      policy.release(place.pointee.value)  // This node holds it, so this runs no destructor.
    }
    place.pointee.value = value
    node.publish(policy)
    return node
  }

  /// This branch, which stays as it was, with another child in the place of one.
  ///
  /// - Parameter count: the number of entries below the new branch.
  @inline(__always)
  func replacingChild(
    at slot: Int, with child: Node, count: Int, _ policy: Policy
  ) throws(Failure) -> Node {
    let old = children[slot]
    var tracked = child.isTracked(policy)
    if !tracked, isTracked(policy) {
      tracked =
        !old.isTracked(policy) || holdsTracked(exceptEntry: -1, exceptChild: slot, policy)
    }
    let node = try duplicated(tracked: tracked, consuming: false, policy)
    node.children[slot] = child
    old.release(policy)  // This node holds it, so this frees nothing.
    node.setCount(count)
    node.publish(policy)
    return node
  }

  /// This collision node with one more entry, of the same path.
  func appendingToCollision(
    _ entry: Entry<Element>, consuming: Bool, _ policy: Policy
  ) throws(Failure) -> Node {
    let node = try Self.allocateCollision(
      count: entryCount &+ 1, path: collisionPath,
      tracked: isTracked(policy) || policy.isTracked(entry), policy)
    Self.transfer(
      collisionEntries, to: node.collisionEntries, count: entryCount, consuming, policy)
    node.collisionEntries[entryCount] = entry
    if consuming {
      deallocateMoved(policy)
    }
    node.publish(policy)
    return node
  }

  /// This collision node, of three entries or more, without one of them.
  func removingFromCollision(
    at slot: Int, consuming: Bool, _ policy: Policy
  ) throws(Failure) -> Node {
    let node = try Self.allocateCollision(
      count: entryCount &- 1, path: collisionPath,
      tracked: isTracked(policy) && holdsTracked(exceptEntry: slot, exceptChild: -1, policy),
      policy)
    Self.transfer(collisionEntries, to: node.collisionEntries, count: slot, consuming, policy)
    Self.transfer(
      collisionEntries + slot + 1, to: node.collisionEntries + slot,
      count: entryCount &- slot &- 1, consuming, policy)
    if consuming {
      deallocateMoved(policy)
    }
    node.publish(policy)
    return node
  }

  /// This node, uniquely held and not tracked, as a tracked one with the same contents.
  func movedToTracked(_ policy: Policy) throws(Failure) -> Node {
    let node = try duplicated(tracked: true, consuming: true, policy)
    node.publish(policy)
    return node
  }
}

// MARK: - Parts of a step

extension Node {
  /// A node with the same contents, not yet published. A copy forgets the hash, which another thread may
  /// be storing; a node that is moved keeps it.
  @inline(__always)
  private func duplicated(
    tracked: Bool, consuming: Bool, _ policy: Policy
  ) throws(Failure) -> Node {
    let extent = self.extent
    let node = Node(memory: try policy.allocateNode(byteCount: extent.byteCount, tracked: tracked))
    if consuming {
      (node.memory + Policy.nodeHeaderSize).copyMemory(
        from: memory + Policy.nodeHeaderSize, byteCount: extent.byteCount &- Policy.nodeHeaderSize)
      policy.deallocateNode(memory, byteCount: extent.byteCount)
      return node
    }
    node.entryMap = entryMap
    node.childMap = childMap
    node.setCount(count)
    let entries = node.memory + (UnsafeMutableRawPointer(extent.entries) - memory)
    if kind == .branch {
      Self.transfer(children, to: node.children, count: extent.childCount, false, policy)
    } else {
      // What lies before the entries of a flat node, behind count and hash, and what lies behind them.
      let behind = 16 &* extent.entryCount
      (node.base + 16).copyMemory(from: base + 16, byteCount: entries - (node.base + 16))
      (entries + behind).copyMemory(
        from: UnsafeMutableRawPointer(extent.entries) + behind,
        byteCount: node.memory + extent.byteCount - (entries + behind))
    }
    Self.transfer(
      extent.entries, to: entries.assumingMemoryBound(to: Entry<Element>.self),
      count: extent.entryCount, false, policy)
    return node
  }

  @inline(__always)
  static func transfer(
    _ source: UnsafeMutablePointer<Node>, to target: UnsafeMutablePointer<Node>,
    count: Int, _ consuming: Bool, _ policy: Policy
  ) {
    if consuming {
      target.update(from: source, count: count)
      return
    }
    for slot in 0..<count {
      let child = source[slot]
      child.retain(policy)
      target[slot] = child
    }
  }

  @inline(__always)
  static func transfer(
    _ source: UnsafeMutablePointer<Entry<Element>>,
    to target: UnsafeMutablePointer<Entry<Element>>,
    count: Int, _ consuming: Bool, _ policy: Policy
  ) {
    if consuming {
      target.update(from: source, count: count)
      return
    }
    for slot in 0..<count {
      let entry = source[slot]
      policy.retain(entry)
      target[slot] = entry
    }
  }

  /// Whether this branch, with one bucket changed, has to be tracked (N8).
  ///
  /// The other buckets are looked at only when the bucket loses something tracked.
  @inline(__always)
  private func isTracked(replacing bucket: Bucket, with limb: Limb, _ policy: Policy) -> Bool {
    switch limb {
    case .nothing: break
    case .entry(let entry): if policy.isTracked(entry) { return true }
    case .child(let child): if child.isTracked(policy) { return true }
    }
    guard isTracked(policy) else { return false }
    var entrySlot = -1
    var childSlot = -1
    if entryMap.contains(bucket) {
      entrySlot = entryMap.slot(of: bucket)
      if !policy.isTracked(branchEntries[entrySlot]) { return true }
    }
    if childMap.contains(bucket) {
      childSlot = childMap.slot(of: bucket)
      if !children[childSlot].isTracked(policy) { return true }
    }
    if entrySlot < 0, childSlot < 0 { return true }
    return holdsTracked(exceptEntry: entrySlot, exceptChild: childSlot, policy)
  }

  /// Whether anything but one entry and one child is tracked; -1 excepts none.
  func holdsTracked(exceptEntry: Int, exceptChild: Int, _ policy: Policy) -> Bool {
    let children = self.children
    for slot in 0..<childCount where slot != exceptChild {
      if children[slot].isTracked(policy) { return true }
    }
    let entries = self.entries
    for slot in 0..<entryCount where slot != exceptEntry {
      if policy.isTracked(entries[slot]) { return true }
    }
    return false
  }
}
