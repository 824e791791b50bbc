// SPDX-License-Identifier: Apache-2.0

/// What a map asks of the world: how its keys and values are compared, counted and stored.
///
/// The core moves elements as plain words and never looks into them. A policy is a small value, passed
/// down every call: an instance rather than static members, so that each interpreter has a pool of its
/// own and each test has counters of its own, without a global.
///
/// A policy also owns the first `nodeHeaderSize` bytes of every node, with the reference count in them:
/// the core asks for a node, shares it and gives it up, and does not know how it is counted. A *tracked*
/// node is one that a cycle collector must see; `isTracked` says which elements make a node so.

public protocol ElementPolicy {
  /// A key or a value: eight bytes that can be copied bit by bit.
  associatedtype Element: BitwiseCopyable

  /// Bytes at the start of each node that belong to the policy, a multiple of eight.
  static var nodeHeaderSize: Int { get }

  // MARK: Keys and values

  func areIdentical(_ a: Element, _ b: Element) -> Bool

  /// The path of a key. May run foreign code.
  func path(of key: Element) throws(Failure) -> HashPath

  /// Whether a stored key, of a path that is not known, equals a key of this path. The two are not
  /// identical. The policy should try to tell keys of different paths apart without an equality, which
  /// need not be made for them. May run foreign code.
  func matches(_ stored: Element, _ key: Element, path: HashPath) throws(Failure) -> Bool

  /// Whether two keys of one path, which are not identical, are equal. May run foreign code.
  func areEqualKeys(_ stored: Element, _ key: Element) throws(Failure) -> Bool

  /// Whether two values are equal. May run foreign code.
  func areEqual(_ a: Element, _ b: Element) throws(Failure) -> Bool

  /// What an entry adds, by exclusive or, to the hash of a map. May run foreign code.
  func contribution(key: Element, value: Element) throws(Failure) -> UInt64

  /// Whether the element can be part of a reference cycle, so that a node that holds it is tracked.
  func isTracked(_ element: Element) -> Bool

  // MARK: Ownership of elements

  func retain(_ element: Element)

  /// Gives up one reference. May run foreign code, so the structure must be whole.
  func release(_ element: Element)

  /// Told of an element that will be retained or compared soon, so that its memory can be asked for.
  static func prefetch(_ element: Element)

  // MARK: Nodes

  /// A block for a node, with its header set up, a reference count of one, and not yet published.
  func allocateNode(byteCount: Int, tracked: Bool) throws(Failure) -> UnsafeMutableRawPointer

  /// Called once for each node, as soon as all its bytes are written.
  func publishNode(_ node: UnsafeMutableRawPointer)

  /// Frees the block of a node whose contents have been given up or moved away.
  func deallocateNode(_ node: UnsafeMutableRawPointer, byteCount: Int)

  func retainNode(_ node: UnsafeMutableRawPointer)

  /// Gives up one reference. True when it was the last one: the caller ends the node.
  func releaseNode(_ node: UnsafeMutableRawPointer) -> Bool

  /// Ends a node without references, if that is not for the core to do: it then returns true, and what
  /// ended the node has had its contents given up. Else the caller gives up the contents and calls
  /// `deallocateNode`.
  func endNode(_ node: UnsafeMutableRawPointer) -> Bool

  /// Whether the caller's reference is the only one.
  func isUniqueNode(_ node: UnsafeMutableRawPointer) -> Bool

  func isTrackedNode(_ node: UnsafeMutableRawPointer) -> Bool
}

extension ElementPolicy {
  @inlinable
  public static func prefetch(_ element: Element) {}

  @inlinable
  public func endNode(_ node: UnsafeMutableRawPointer) -> Bool { false }

  /// Identity first, so that a value that is not equal to itself is found equal where it is.
  @inline(__always)
  func areIdenticalOrEqual(_ a: Element, _ b: Element) throws(Failure) -> Bool {
    if areIdentical(a, b) { return true }
    return try areEqual(a, b)
  }
}
