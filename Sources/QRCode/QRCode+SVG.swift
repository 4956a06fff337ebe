extension QRCode {
    /// Light modules around the code on every side, which readers need to find it (ISO/IEC 18004 section 9.1).
    public static let quietZone = 4

    /// The code as one SVG element for a page: dark on white, whatever the page's colours, without scripts, styles or
    /// links, so that a strict content security policy has nothing to allow.
    ///
    /// - Parameter moduleSize: length of a module's side in CSS pixels, 1 to 64; other values count as the nearest of
    ///   them.
    public func svg(moduleSize: Int) -> String {
        let side = size + 2 * Self.quietZone
        let pixels = side * min(max(1, moduleSize), 64)
        return #"<svg xmlns="http://www.w3.org/2000/svg" width="\#(pixels)" height="\#(pixels)" "#
            + #"viewBox="0 0 \#(side) \#(side)" shape-rendering="crispEdges">"#
            + ##"<rect width="\##(side)" height="\##(side)" fill="#ffffff"/>"##
            + ##"<path fill="#000000" d="\##(path)"/></svg>"##
    }

    /// One rectangle for each run of dark modules in a row.
    private var path: String {
        var path = ""
        for y in 0..<size {
            var x = 0
            while x < size {
                let start = x
                while self[x, y] { x += 1 }
                if x > start {
                    path += "M\(start + Self.quietZone) \(y + Self.quietZone)h\(x - start)v1h-\(x - start)z"
                } else {
                    x += 1
                }
            }
        }
        return path
    }
}
