// SPDX-License-Identifier: Apache-2.0

/// Comparing every count with what is really held.

import Testing

@testable import HamtCore

extension Ledger {
  /// How often each node, and the element of each record, is held by a node: by any that is alive, or by
  /// those that a cycle collector sees.
  private func holders(
    onlyTracked: Bool
  ) -> (ofNodes: [UnsafeMutableRawPointer: Int], ofElements: [Int]) {
    var ofNodes: [UnsafeMutableRawPointer: Int] = [:]
    var ofElements = [Int](repeating: 0, count: records.count)
    for memory in nodes {
      let header = header(of: memory)
      guard header.pointee.isPublished, header.pointee.isTracked || !onlyTracked else { continue }
      let node = Node<TestPolicy>(memory: memory)
      for slot in 0..<node.childCount {
        ofNodes[node.children[slot].memory, default: 0] += 1
      }
      let entries = node.entries
      for slot in 0..<node.entryCount {
        if let key = index(of: entries[slot].key) { ofElements[key] += 1 }
        if let value = index(of: entries[slot].value) { ofElements[value] += 1 }
      }
    }
    return (ofNodes, ofElements)
  }

  /// Every reference that is counted is held by a live node, a map of the test or the test itself, and the
  /// other way round. No edit may be under way.
  func audit(sourceLocation: SourceLocation = #_sourceLocation) {
    var (ofNodes, ofElements) = holders(onlyTracked: false)
    for map in maps.values {
      if let memory = map.root.memory { ofNodes[memory, default: 0] += 1 }
    }
    for memory in nodes {
      let counted = header(of: memory).pointee.references
      let held = ofNodes[memory, default: 0]
      if counted != held {
        report("a node counts \(counted) holders and has \(held)", sourceLocation: sourceLocation)
      }
      if !header(of: memory).pointee.isPublished {
        report("a node is not published", sourceLocation: sourceLocation)
      }
    }
    for index in records.indices {
      ofElements[index] += heldByTest[index]
    }
    if ofElements == references { return }
    for (index, held) in ofElements.enumerated() where held != references[index] {
      report(
        "\(records[index].name) counts \(references[index]) holders and has \(held)",
        sourceLocation: sourceLocation)
    }
  }

  /// What would mislead a cycle collector, which may run whenever a node is allocated: nodes and elements
  /// that it sees held by more tracked nodes than their counts say.
  ///
  /// - Parameter edit: the edit under way, whose caller holds its key and value.
  func problemsForCollector(during edit: Edit? = nil) -> Set<String> {
    var heldByCaller: [Int?] = []
    if case .set(let key, let value) = edit { heldByCaller = [index(of: key), index(of: value)] }
    var problems: Set<String> = []
    let (ofNodes, ofElements) = holders(onlyTracked: true)
    for (memory, held) in ofNodes where header(of: memory).pointee.references < held {
      problems.insert("a node is held more often than it counts")
    }
    for (index, held) in ofElements.enumerated() where records[index].isTracked {
      let heldByTestOnly = heldByCaller.contains(index) ? 0 : heldByTest[index]
      if references[index] - heldByTestOnly < held {
        problems.insert("\(records[index].name) is held more often than it counts")
      }
    }
    return problems
  }

  /// Ends a test: drops its maps, after which no node and no reference may be left.
  func close() {
    onCall = nil
    onLastRelease = nil
    onIdentityTest = nil
    for map in maps.values {
      map.drop()
    }
    audit()
    emptyQuarantine()
  }
}
