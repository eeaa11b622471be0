/// A parser event (YAML 1.1, chapter 3.1).
enum Event {
  case streamStart, streamEnd, documentStart, documentEnd, sequenceEnd, mappingEnd
  case alias(String)
  case scalar(Node.Scalar, anchor: String?)
  case sequenceStart(anchor: String?, tag: String?)
  case mappingStart(anchor: String?, tag: String?)
}
