// SPDX-License-Identifier: Apache-2.0

/// Runs the programs that the fuzzer kept (`make fuzz`), which between them reach what it can reach of the
/// core, and sees that an operation string still means what it meant when they were kept.

import Foundation
import HamtCoreFuzz
import Testing

@Suite struct FuzzCorpusTests {
  private static let corpus = URL(filePath: #filePath)
    .deletingLastPathComponent()
    .appending(path: "../../fuzz/corpus")

  private static func run(
    _ bytes: some ContiguousBytes, planting fault: Fault? = nil
  ) -> Program.Outcome {
    bytes.withUnsafeBytes { Program.run($0, planting: fault) }
  }

  /// Two versions of colliding keys, which differ in one value.
  private static let beginning: [UInt8] = [
    0x01, Program.Operation.buildFromRun.rawValue, 1, 0, 40,
    Program.Operation.setBeside.rawValue, 0x43, 2,
  ]

  @Test func programsOfTheCorpusHaveNoProblem() throws {
    let files = try FileManager.default.contentsOfDirectory(
      at: Self.corpus, includingPropertiesForKeys: nil)
    var succeeded: Program.OperationSet = []
    for file in files {
      let outcome = Self.run(try Data(contentsOf: file))
      #expect(outcome.problem == nil, "\(file.lastPathComponent)")
      succeeded.formUnion(outcome.succeeded)
    }
    #expect(succeeded.operations == Program.Operation.allCases)
  }

  @Test func theEmptyStringIsAProgram() {
    #expect(Self.run(Data()).problem == nil)
  }

  @Test(arguments: Program.Operation.allCases.filter(\.mayFail))
  func anOperationFailsWhenItsCallsDo(operation: Program.Operation) {
    for failing in [Program.Operation.failAllocation, .failCallback] {
      // The first operand is a version to some, and a key to others.
      for operand in [1, 0x41] as [UInt8] {
        let program =
          Self.beginning + [failing.rawValue, 0, operation.rawValue, operand, 0x49, 2]
        let outcome = Self.run(program)
        #expect(outcome.problem == nil)
        if outcome.failed.operations == [operation] { return }
      }
    }
    Issue.record("it never fails")
  }

  /// A world in which each kind of fault is planted by hand.
  @Test(arguments: Fault.allCases)
  func aPlantedFaultIsAProblem(fault: Fault) {
    let program =
      Self.beginning + [
        Program.Operation.deleteInPlace.rawValue, 3, Program.Operation.hash.rawValue,
      ]
    let outcome = Self.run(program, planting: fault)
    #expect(outcome.problem != nil)
  }
}
