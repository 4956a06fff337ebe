import CCurl
import InternetAddress

// The functions libcurl calls. C functions capture nothing: each finds its object in the context pointer, which the
// object set itself and which the loop keeps valid (see `CurlLoop`), and hands over at once.

private func exchange(_ context: UnsafeMutableRawPointer) -> HTTPExchange {
    unsafe Unmanaged<HTTPExchange>.fromOpaque(context).takeUnretainedValue()
}

func receiveBody(
    _ bytes: UnsafeMutablePointer<CChar>,
    _ size: Int,
    _ count: Int,
    _ context: UnsafeMutableRawPointer?
) -> Int {
    guard let context = unsafe context else { return 0 }
    // libcurl documents size as always 1; anything else would be its own bug, and ends the transfer.
    guard size == 1 else { return 0 }
    return unsafe exchange(context).take(body: UnsafeRawBufferPointer(start: bytes, count: count)) ? count : 0
}

func receiveHeaderLine(
    _ bytes: UnsafeMutablePointer<CChar>,
    _ size: Int,
    _ count: Int,
    _ context: UnsafeMutableRawPointer?
) -> Int {
    guard let context = unsafe context, size == 1 else { return 0 }
    return unsafe exchange(context).take(headerLine: UnsafeRawBufferPointer(start: bytes, count: count)) ? count : 0
}

func openSocket(
    _ context: UnsafeMutableRawPointer?,
    _ purpose: curlsocktype,
    _ address: UnsafeMutablePointer<curl_sockaddr>?
) -> curl_socket_t {
    guard let context = unsafe context, let address = unsafe address,
        let offset = MemoryLayout<curl_sockaddr>.offset(of: \.addr)
    else { return -1 }
    // The declared type of the field has room for IPv4 only; libcurl allocates `addrlen` bytes from its start.
    let bytes = unsafe UnsafeRawBufferPointer(
        start: UnsafeRawPointer(address) + offset,
        count: Int(address.pointee.addrlen)
    )
    return unsafe exchange(context).open(
        IPAddress(socketAddress: bytes),
        family: address.pointee.family,
        type: address.pointee.socktype,
        protocol: address.pointee.protocol
    )
}

func closeSocket(_ context: UnsafeMutableRawPointer?, _ socket: curl_socket_t) -> Int32 {
    guard let context = unsafe context else { return -1 }
    return unsafe Unmanaged<SocketTable>.fromOpaque(context).takeUnretainedValue().close(socket)
}

func beforeRequest(
    _ context: UnsafeMutableRawPointer?,
    _ peerAddress: UnsafeMutablePointer<CChar>?,
    _ localAddress: UnsafeMutablePointer<CChar>?,
    _ peerPort: Int32,
    _ localPort: Int32
) -> Int32 {
    guard let context = unsafe context else { return Int32(CURL_PREREQFUNC_ABORT) }
    let mayBegin = unsafe exchange(context).mayBegin(localPort: UInt16(truncatingIfNeeded: localPort))
    return Int32(mayBegin ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT)
}
