// SPDX-License-Identifier: Apache-2.0

/// The policy of the tests: every call goes to a ledger, which counts it and may make it fail.
///
/// Beside its answer a call checks what the core promises about it, as `ElementPolicy` words it.

@testable import HamtCore

struct TestPolicy: ElementPolicy {
  let ledger: Ledger

  /// Neither that of `UInt64Policy` nor that of Python: the core must take any.
  static var nodeHeaderSize: Int { MemoryLayout<NodeHeader>.stride }
}

// MARK: - Keys and values

extension TestPolicy {
  func areIdentical(_ a: Token, _ b: Token) -> Bool {
    ledger.noteIdentityTest(a, b)
    return a == b
  }

  func path(of key: Token) throws(Failure) -> HashPath {
    try ledger.note(.path)
    return ledger.path(of: key)
  }

  func matches(_ stored: Token, _ key: Token, path: HashPath) throws(Failure) -> Bool {
    try ledger.note(.matches)
    if stored == key { ledger.report("identical keys are compared") }
    if ledger.pathsAreStable, path != ledger.path(of: key) {
      ledger.report("a key comes with another key's path")
    }
    return ledger.path(of: stored) == path && ledger.areEqual(stored, key)
  }

  func areEqualKeys(_ stored: Token, _ key: Token) throws(Failure) -> Bool {
    try ledger.note(.areEqualKeys)
    if stored == key { ledger.report("identical keys are compared") }
    if ledger.pathsAreStable, ledger.path(of: stored) != ledger.path(of: key) {
      ledger.report("keys of different paths are compared")
    }
    return ledger.areEqual(stored, key)
  }

  func areEqual(_ a: Token, _ b: Token) throws(Failure) -> Bool {
    try ledger.note(.areEqual)
    return ledger.areEqual(a, b)
  }

  func contribution(key: Token, value: Token) throws(Failure) -> UInt64 {
    try ledger.note(.contribution)
    return ledger.contribution(key: key, value: value)
  }

  func isTracked(_ element: Token) -> Bool {
    ledger.isTracked(element)
  }

  func retain(_ element: Token) { ledger.retain(element) }

  func release(_ element: Token) { ledger.release(element) }
}

// MARK: - Nodes

extension TestPolicy {
  func allocateNode(
    byteCount: Int, tracked: Bool
  ) throws(Failure) -> UnsafeMutableRawPointer {
    try ledger.note(.allocateNode)
    return ledger.allocateNode(byteCount: byteCount, tracked: tracked)
  }

  func publishNode(_ node: UnsafeMutableRawPointer) {
    ledger.publishNode(node)
  }

  func deallocateNode(_ node: UnsafeMutableRawPointer, byteCount: Int) {
    ledger.deallocateNode(node, byteCount: byteCount)
  }

  func retainNode(_ node: UnsafeMutableRawPointer) {
    ledger.header(of: node).pointee.references += 1
  }

  func releaseNode(_ node: UnsafeMutableRawPointer) -> Bool {
    let header = ledger.header(of: node)
    header.pointee.references -= 1
    return header.pointee.references == 0
  }

  func isUniqueNode(_ node: UnsafeMutableRawPointer) -> Bool {
    ledger.header(of: node).pointee.references == 1
  }

  func isTrackedNode(_ node: UnsafeMutableRawPointer) -> Bool {
    ledger.header(of: node).pointee.isTracked
  }
}
