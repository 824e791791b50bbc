// SPDX-License-Identifier: Apache-2.0

/// The memory of the nodes, arranged so that a wrong access shows.
///
///     ┌──────┬────────────┬───────┬─────────┬───────────┬──────────────────┬───────┐
///     │ mark │ references │ bytes │ tracked │ published │ for the core …   │ guard │
///     └──────┴────────────┴───────┴─────────┴───────────┴──────────────────┴───────┘
///      ◀──────────────────── header, 24 bytes ─────────▶                    8 bytes
///
/// A new block is filled with one pattern, which no node may hold any more when it is published. A freed
/// one is filled with another and kept for a while: who reads it meets words that are no element and no
/// node, and who writes to it is found out when the block leaves.

import Testing

@testable import HamtCore

struct NodeHeader {
  static let aliveMark: UInt64 = 0x6E6F_6465_616C_6976

  var mark: UInt64
  var references: Int
  var byteCount: UInt32
  var isTracked: Bool
  var isPublished: Bool
}

struct FreedBlock {
  let memory: UnsafeMutableRawPointer
  let byteCount: Int
}

extension Ledger {
  private static let freshWord: UInt64 = 0xA5A5_A5A5_A5A5_A5A5
  private static let freedWord: UInt64 = 0xDDDD_DDDD_DDDD_DDDD
  private static let guardWord: UInt64 = 0xFDFD_FDFD_FDFD_FDFD
  private static let quarantineLimit = 1024

  func allocateNode(byteCount: Int, tracked: Bool) -> UnsafeMutableRawPointer {
    precondition(byteCount % 8 == 0 && byteCount > TestPolicy.nodeHeaderSize)
    let memory = UnsafeMutableRawPointer.allocate(byteCount: byteCount + 8, alignment: 16)
    Self.fill(memory, byteCount: byteCount, with: Self.freshWord)
    memory.storeBytes(of: Self.guardWord, toByteOffset: byteCount, as: UInt64.self)
    memory.storeBytes(
      of: NodeHeader(
        mark: NodeHeader.aliveMark, references: 1, byteCount: UInt32(byteCount),
        isTracked: tracked, isPublished: false),
      as: NodeHeader.self)
    nodes.insert(memory)
    return memory
  }

  func publishNode(_ memory: UnsafeMutableRawPointer) {
    let header = header(of: memory)
    if header.pointee.isPublished { report("a node is published twice") }
    header.pointee.isPublished = true
    for offset in stride(
      from: TestPolicy.nodeHeaderSize, to: Int(header.pointee.byteCount), by: 8)
    where memory.load(fromByteOffset: offset, as: UInt64.self) == Self.freshWord {
      report("a node is published before the word at byte \(offset) is written")
    }
  }

  func deallocateNode(_ memory: UnsafeMutableRawPointer, byteCount: Int) {
    let header = header(of: memory)
    guard header.pointee.mark == NodeHeader.aliveMark else { return }
    let size = Int(header.pointee.byteCount)
    if size != byteCount { report("a node of \(size) bytes is freed as one of \(byteCount)") }
    if header.pointee.references > 1 { report("a node that others hold is freed") }
    if memory.load(fromByteOffset: size, as: UInt64.self) != Self.guardWord {
      report("a node was written to beyond its end")
    }
    nodes.remove(memory)
    Self.fill(memory, byteCount: size, with: Self.freedWord)
    quarantine.append(FreedBlock(memory: memory, byteCount: size))
    if quarantine.count > Self.quarantineLimit { emptyQuarantine() }
  }

  /// Lets the freed blocks go, each of which must be as it was left.
  func emptyQuarantine() {
    for block in quarantine {
      for offset in stride(from: 0, to: block.byteCount, by: 8)
      where block.memory.load(fromByteOffset: offset, as: UInt64.self) != Self.freedWord {
        report("a freed node was written to at byte \(offset)")
      }
      block.memory.deallocate()
    }
    quarantine.removeAll()
  }

  /// The header of a node, which must be alive.
  func header(of memory: UnsafeMutableRawPointer) -> UnsafeMutablePointer<NodeHeader> {
    let header = memory.assumingMemoryBound(to: NodeHeader.self)
    if header.pointee.mark != NodeHeader.aliveMark { report("a node is used after its end") }
    return header
  }

  private static func fill(
    _ memory: UnsafeMutableRawPointer, byteCount: Int, with word: UInt64
  ) {
    memory.assumingMemoryBound(to: UInt64.self).update(repeating: word, count: byteCount / 8)
  }
}
