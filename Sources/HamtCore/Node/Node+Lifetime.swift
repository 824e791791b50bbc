// SPDX-License-Identifier: Apache-2.0

/// How nodes come to be, are shared, and go.

extension Node {
  // MARK: Making

  /// A branch whose slots are not yet written. The caller fills it, then publishes it.
  @inline(__always)
  static func allocateBranch(
    entryMap: Bitmap, childMap: Bitmap, tracked: Bool, _ policy: Policy
  ) throws(Failure) -> Node {
    let byteCount = branchByteCount(entries: entryMap.count, children: childMap.count)
    let node = Node(memory: try policy.allocateNode(byteCount: byteCount, tracked: tracked))
    node.entryMap = entryMap
    node.childMap = childMap
    return node
  }

  static func allocateCollision(
    count: Int, path: HashPath, tracked: Bool, _ policy: Policy
  ) throws(Failure) -> Node {
    let byteCount = collisionByteCount(count)
    let node = Node(memory: try policy.allocateNode(byteCount: byteCount, tracked: tracked))
    node.entryMap = collisionMark
    node.childMap = collisionMark
    node.word(at: 0).pointee = UInt64(truncatingIfNeeded: count)
    node.word(at: 8).pointee = 0
    node.word(at: 16).pointee = path.bits
    return node
  }

  @inline(__always)
  static func allocateArray(
    count: Int, tracked: Bool, _ policy: Policy
  ) throws(Failure) -> Node {
    let byteCount = arrayByteCount(count)
    let node = Node(memory: try policy.allocateNode(byteCount: byteCount, tracked: tracked))
    node.entryMap = arrayMark
    node.childMap = arrayMark
    node.word(at: 0).pointee = UInt64(truncatingIfNeeded: count)
    node.word(at: 8).pointee = 0
    for index in 0..<arrayLimit / 8 {
      node.word(at: 16 &+ 8 &* index).pointee = 0
    }
    return node
  }

  @inline(__always)
  func publish(_ policy: Policy) {
    policy.publishNode(memory)
  }

  // MARK: Sharing

  @inline(__always)
  func isTracked(_ policy: Policy) -> Bool {
    policy.isTrackedNode(memory)
  }

  @inline(__always)
  func isUnique(_ policy: Policy) -> Bool {
    policy.isUniqueNode(memory)
  }

  @inline(__always)
  public func retain(_ policy: Policy) {
    policy.retainNode(memory)
  }

  @inline(__always)
  func retainEntries(_ policy: Policy) {
    let entryCount = self.entryCount
    let entries = self.entries
    for slot in 0..<entryCount {
      policy.retain(entries[slot])
    }
  }

  // MARK: Going

  /// Gives up one reference; with the last one, the node and what only it holds.
  ///
  /// - Complexity: O(1), or O(m) for the m nodes and entries that nothing else holds. The recursion is
  ///   as deep as the trie.
  // REENTRANCY: releasing an element may run a destructor. The node is out of everyone's reach by then.
  @inline(__always)
  public func release(_ policy: Policy) {
    if policy.releaseNode(memory) {
      end(policy)
    }
  }

  /// Frees a node that has no reference left, and gives up what it holds.
  @inline(never)
  public func end(_ policy: Policy) {
    if policy.endNode(memory) { return }
    let extent = self.extent
    releaseContents(extent, policy)
    policy.deallocateNode(memory, byteCount: extent.byteCount)
  }

  public func releaseContents(_ policy: Policy) {
    releaseContents(extent, policy)
  }

  @inline(__always)
  private func releaseContents(_ extent: Extent, _ policy: Policy) {
    let children = self.children
    for slot in 0..<extent.childCount {
      children[slot].release(policy)
    }
    for slot in 0..<extent.entryCount {
      policy.release(extent.entries[slot])
    }
  }

  /// Makes the node a branch of nothing; what it held is the caller's to give up or has moved.
  public func forgetContents() {
    entryMap = .none
    childMap = .none
  }

  /// Frees the block of a node whose contents have moved to another.
  @inline(__always)
  func deallocateMoved(_ policy: Policy) {
    policy.deallocateNode(memory, byteCount: byteCount)
  }
}
