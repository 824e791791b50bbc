// SPDX-License-Identifier: Apache-2.0

/// The ledger reports each thing that the core must not do: without that, no other test here could fail.

import Testing

@testable import HamtCore

@Suite final class LedgerTests {
  private var problems: [String] = []
  private lazy var ledger = Ledger { [unowned self] problem, _ in problems.append(problem) }
  private var policy: TestPolicy { ledger.policy }

  /// The problems that were reported since the last call.
  private func takeProblems() -> [String] {
    defer { problems = [] }
    return problems
  }

  /// A published node of 64 bytes without contents.
  private func node() throws -> UnsafeMutableRawPointer {
    let memory = try policy.allocateNode(byteCount: 64, tracked: false)
    for offset in stride(from: TestPolicy.nodeHeaderSize, to: 64, by: 8) {
      memory.storeBytes(of: 0, toByteOffset: offset, as: UInt64.self)
    }
    policy.publishNode(memory)
    return memory
  }

  deinit {
    for memory in ledger.nodes {
      memory.deallocate()
    }
    ledger.emptyQuarantine()
  }

  @Test func aBalancedLedgerReportsNothing() throws {
    let memory = try node()
    #expect(policy.releaseNode(memory))
    policy.deallocateNode(memory, byteCount: 64)
    policy.retain(ledger.key("31A"))
    policy.release(ledger.key("31A"))
    ledger.close()
    #expect(takeProblems() == [])
  }

  @Test func aNodeThatIsLeft() throws {
    let memory = try node()
    ledger.close()
    #expect(takeProblems() == ["a node counts 1 holders and has 0"])
    policy.deallocateNode(memory, byteCount: 64)
  }

  @Test func aReferenceTooManyOrTooFew() {
    policy.retain(ledger.key("31A"))
    ledger.close()
    #expect(takeProblems() == ["31A counts 2 holders and has 1"])
    policy.release(ledger.key("31A"))
    policy.release(ledger.key("31A"))
    ledger.close()
    #expect(takeProblems() == ["31A counts 0 holders and has 1"])
    policy.release(ledger.key("31A"))
    #expect(takeProblems() == ["31A is released after its end"])
  }

  @Test func anElementThatHasEnded() {
    ledger.letGo(ledger.key("31A"))
    policy.retain(ledger.key("31A"))
    #expect(takeProblems() == ["31A is retained after its end"])
  }

  @Test(arguments: [0xDDDD_DDDD_DDDD_DDDD, Token.mark])
  func aWordThatIsNoElement(word: UInt64) {
    policy.retain(Token(rawValue: word))
    #expect(takeProblems().count == 1)
  }

  @Test func aNodeThatIsFreedWithAnotherSize() throws {
    policy.deallocateNode(try node(), byteCount: 56)
    #expect(takeProblems() == ["a node of 64 bytes is freed as one of 56"])
  }

  @Test func aNodeThatHasEnded() throws {
    let memory = try node()
    policy.deallocateNode(memory, byteCount: 64)
    policy.deallocateNode(memory, byteCount: 64)
    #expect(takeProblems() == ["a node is used after its end"])
    policy.retainNode(memory)
    #expect(takeProblems() == ["a node is used after its end"])
    ledger.close()
    #expect(takeProblems() == ["a freed node was written to at byte 8"])
  }

  @Test func aNodeThatIsFreedWhileOthersHoldIt() throws {
    let memory = try node()
    policy.retainNode(memory)
    policy.deallocateNode(memory, byteCount: 64)
    #expect(takeProblems() == ["a node that others hold is freed"])
  }

  @Test func aWordBeyondTheEnd() throws {
    let memory = try node()
    memory.storeBytes(of: 1, toByteOffset: 64, as: UInt64.self)
    policy.deallocateNode(memory, byteCount: 64)
    #expect(takeProblems() == ["a node was written to beyond its end"])
  }

  @Test func aNodeThatIsNotPublishedOrNotOnceOrNotWhole() throws {
    let memory = try policy.allocateNode(byteCount: 40, tracked: false)
    Node<TestPolicy>(memory: memory).forgetContents()
    policy.retainNode(memory)
    ledger.audit()
    #expect(takeProblems().contains("a node is not published"))
    policy.publishNode(memory)
    #expect(takeProblems() == ["a node is published before the word at byte 32 is written"])
    memory.storeBytes(of: 0, toByteOffset: 32, as: UInt64.self)
    policy.publishNode(memory)
    #expect(takeProblems() == ["a node is published twice"])
  }

  @Test func keysThatNeedNoComparing() throws {
    _ = try policy.areEqualKeys(ledger.key("31A"), ledger.key("31A"))
    _ = try policy.matches(
      ledger.key("31A"), ledger.key("31A"), path: ledger.path(of: ledger.key("31A")))
    #expect(takeProblems() == ["identical keys are compared", "identical keys are compared"])
    _ = try policy.areEqualKeys(ledger.key("31A"), ledger.key("31B"))
    #expect(takeProblems() == ["keys of different paths are compared"])
  }

  @Test func callsFailWhenPlannedAndOnlyThen() throws {
    let key = ledger.key("31A")
    ledger.failing(.path, at: 2) {
      #expect(throws: Never.self) { try self.policy.path(of: key) }
      #expect(throws: Failure.callbackFailed) { try self.policy.path(of: key) }
      #expect(throws: Never.self) { try self.policy.path(of: key) }
    }
    ledger.failing(.path, at: 1) {}
    #expect(throws: Never.self) { try self.policy.path(of: key) }
    ledger.failing(.allocateNode, at: 1) {
      #expect(throws: Failure.outOfMemory) {
        try self.policy.allocateNode(byteCount: 64, tracked: false)
      }
    }
  }
}

@Suite(.ledger) struct LedgerTraitTests {
  @Test(arguments: 0..<2)
  func eachTestCaseHasALedgerOfItsOwn(number: Int) {
    #expect(Ledger.current.records.isEmpty)
    _ = Ledger.current.key("\(number)")
  }
}
