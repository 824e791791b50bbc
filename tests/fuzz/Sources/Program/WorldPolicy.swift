// SPDX-License-Identifier: Apache-2.0

/// The policy of the programs: every call is counted, may fail, and checks what the core promises.

import HamtCore

/// The part of a node that belongs to the policy.
struct NodeHeader {
  var references: Int
  var byteCount: UInt32
  var isTracked: Bool
  var isPublished: Bool
}

struct WorldPolicy: ElementPolicy {
  // SAFETY: the program that made the world outlives every map in it, and ends it last.
  let world: UnsafeMutablePointer<World>

  static var nodeHeaderSize: Int { MemoryLayout<NodeHeader>.stride }

  private static let freshWord: UInt64 = 0xA5A5_A5A5_A5A5_A5A5
}

// MARK: - Keys and values

extension WorldPolicy {
  func areIdentical(_ a: Token, _ b: Token) -> Bool { a == b }

  func path(of key: Token) throws(Failure) -> HashPath {
    try world.pointee.noteCallback()
    let path = world.pointee.path(of: key)
    guard world.pointee.lies() else { return path }
    return world.pointee.pools.1.path(key.identity &* 5 & 63)
  }

  func matches(_ stored: Token, _ key: Token, path: HashPath) throws(Failure) -> Bool {
    try world.pointee.noteCallback()
    if stored == key { world.pointee.report("identical keys are compared") }
    if world.pointee.isHostile { return stored.equals(key) != world.pointee.lies() }
    if path != world.pointee.path(of: key) {
      world.pointee.report("a key comes with another key's path")
    }
    return stored.equals(key)
  }

  func areEqualKeys(_ stored: Token, _ key: Token) throws(Failure) -> Bool {
    try world.pointee.noteCallback()
    if world.pointee.isHostile { return stored.equals(key) != world.pointee.lies() }
    if stored == key { world.pointee.report("identical keys are compared") }
    if world.pointee.path(of: stored) != world.pointee.path(of: key) {
      world.pointee.report("keys of different paths are compared")
    }
    return stored.equals(key)
  }

  func areEqual(_ a: Token, _ b: Token) throws(Failure) -> Bool {
    try world.pointee.noteCallback()
    return a.equals(b)
  }

  func contribution(key: Token, value: Token) throws(Failure) -> UInt64 {
    try world.pointee.noteCallback()
    return Self.contribution(key: key, value: value)
  }

  static func contribution(key: Token, value: Token) -> UInt64 {
    SplitMix(key.contribution &+ value.contribution &* 3).word
  }

  func isTracked(_ element: Token) -> Bool { element.isTracked }

  func retain(_ element: Token) { world.pointee.retain(element) }

  func release(_ element: Token) { world.pointee.release(element) }
}

// MARK: - Nodes

extension WorldPolicy {
  private func header(of node: UnsafeMutableRawPointer) -> UnsafeMutablePointer<NodeHeader> {
    node.assumingMemoryBound(to: NodeHeader.self)
  }

  /// A block filled with one word, which no node may hold any more when it is published.
  func allocateNode(
    byteCount: Int, tracked: Bool
  ) throws(Failure) -> UnsafeMutableRawPointer {
    try world.pointee.noteAllocation()
    let node = UnsafeMutableRawPointer.allocate(byteCount: byteCount, alignment: 16)
    node.initializeMemory(as: UInt64.self, repeating: Self.freshWord, count: byteCount / 8)
    header(of: node).initialize(
      to: NodeHeader(
        references: 1, byteCount: UInt32(byteCount), isTracked: tracked, isPublished: false))
    world.pointee.liveNodes += 1
    return node
  }

  func publishNode(_ node: UnsafeMutableRawPointer) {
    let header = header(of: node)
    if header.pointee.isPublished { world.pointee.report("a node is published twice") }
    header.pointee.isPublished = true
    for offset in stride(from: Self.nodeHeaderSize, to: Int(header.pointee.byteCount), by: 8)
    where node.load(fromByteOffset: offset, as: UInt64.self) == Self.freshWord {
      world.pointee.report("a node is published before all its words are written")
    }
  }

  func deallocateNode(_ node: UnsafeMutableRawPointer, byteCount: Int) {
    let header = header(of: node)
    if Int(header.pointee.byteCount) != byteCount {
      world.pointee.report("a node is freed with another size than it has")
    }
    if header.pointee.references > 1 {
      world.pointee.report("a node that others hold is freed")
    }
    if world.pointee.fault != .lostNode { world.pointee.liveNodes -= 1 }
    node.deallocate()
  }

  func retainNode(_ node: UnsafeMutableRawPointer) {
    header(of: node).pointee.references += 1
  }

  func releaseNode(_ node: UnsafeMutableRawPointer) -> Bool {
    let header = header(of: node)
    header.pointee.references -= 1
    return header.pointee.references == 0
  }

  /// Tracked nodes end as the Python policy's do, whose cycle collector may have emptied them.
  func endNode(_ node: UnsafeMutableRawPointer) -> Bool {
    guard isTrackedNode(node) else { return false }
    let ended = Node<WorldPolicy>(memory: node)
    let byteCount = ended.byteCount
    ended.releaseContents(self)
    deallocateNode(node, byteCount: byteCount)
    return true
  }

  func isUniqueNode(_ node: UnsafeMutableRawPointer) -> Bool {
    header(of: node).pointee.references == 1
  }

  func isTrackedNode(_ node: UnsafeMutableRawPointer) -> Bool {
    header(of: node).pointee.isTracked
  }
}
