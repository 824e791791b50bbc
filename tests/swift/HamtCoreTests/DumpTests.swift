// SPDX-License-Identifier: Apache-2.0

/// The drawings of the named fixtures, which show what each is about.

import Testing

@testable import HamtCore

@Suite(.ledger) struct DumpTests {
  static let drawings = [
    "empty": "",
    "array-of-eight":
      """
    array 8
      key 31A
      key 31B
      key V
      key 0
      key 7#1
      key 7#2
      key 7#3
      key 001

    """,
    "nine-in-one-branch":
      """
    branch 9
      0: key 0
      1: key 1
      2: key 2
      3: key 3
      4: key 4
      5: key 5
      6: key 6
      7: key 7
      8: key 8

    """,
    "everything-on-level-2":
      """
    branch 5
      4: branch 5
        2: branch 5
          0: key 420
          1: key 421
          2: key 422
          A: key 42A
          V: key 42V

    """,
    "collision-at-level-1":
      """
    branch 5
      1: key 1
      5: collision 3
        key 5#1
        key 5#2
        key 5#3
      V: key V

    """,
    "collision-beside-entry":
      """
    branch 3
      3: branch 3
        1: collision 2
          key 31#1
          key 31#2
        2: key 32

    """,
    "lone-collision":
      """
    branch 2
      5: collision 2
        key 5#1
        key 5#2

    """,
  ]

  let ledger = Ledger.current

  @Test(arguments: drawings.keys.sorted())
  func aFixtureIsDrawn(name: String) throws {
    #expect(try ledger.map(Fixture.named(name)).drawing == Self.drawings[name])
  }

  @Test func everyDigitIsDrawn() throws {
    let lines = try ledger.map(Fixture.named("full-node-of-32")).drawing.split(separator: "\n")
    let digits = "0123456789ABCDEFGHIJKLMNOPQRSTUV"
    #expect(lines.dropFirst().map(String.init) == digits.map { "  \($0): key \($0)" })
  }

  @Test func everyLevelIsIndented() throws {
    let drawing = try ledger.map(Fixture.named("collision-below-chain-of-12")).drawing
    let chain = (1...11).map { level in
      String(repeating: "  ", count: level) + "0: branch 3\n"
    }
    let last = String(repeating: "  ", count: 12)
    #expect(
      drawing == """
        branch 4
        \(chain.joined())\(last)0: branch 3
        \(last)  1: key 0000000000001
        \(last)  F: collision 2
        \(last)    key 000000000000F#1
        \(last)    key 000000000000F#2
          1: key 1

        """)
  }
}
