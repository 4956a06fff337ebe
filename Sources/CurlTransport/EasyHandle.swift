import CCurl

/// Owner of one libcurl easy handle. Lives on the loop's thread, is recycled from transfer to transfer, and
/// remembers whether libcurl refused an option: a transfer with a missing protection is not run at all.
@safe final class EasyHandle {
    let pointer: UnsafeMutableRawPointer
    /// Identity of the handle in tables.
    let address: UInt
    private(set) var refusedOption = false

    init?() {
        guard let pointer = unsafe curl_easy_init() else { return nil }
        unsafe self.pointer = unsafe pointer
        address = UInt(bitPattern: pointer)
    }

    deinit {
        unsafe curl_easy_cleanup(pointer)
    }

    /// Forgets every option of the last transfer; connections, sessions and names live in the multi handle and stay.
    func reset() {
        unsafe curl_easy_reset(pointer)
        refusedOption = false
    }

    func set(_ option: CURLoption, _ value: Int) {
        note(unsafe ccurl_set_long(pointer, option, value))
    }

    func setOffset(_ option: CURLoption, _ value: Int) {
        note(unsafe ccurl_set_offset(pointer, option, curl_off_t(value)))
    }

    /// libcurl copies the text.
    func set(_ option: CURLoption, _ value: String?) {
        note(unsafe ccurl_set_string(pointer, option, value))
    }

    /// libcurl copies the body.
    func setBody(_ body: String) {
        var body = body
        body.withUTF8 { bytes in
            setOffset(CURLOPT_POSTFIELDSIZE_LARGE, bytes.count)
            if let start = bytes.baseAddress, !bytes.isEmpty {
                note(unsafe ccurl_set_pointer(pointer, CURLOPT_COPYPOSTFIELDS, start))
            } else {
                note(unsafe ccurl_set_string(pointer, CURLOPT_COPYPOSTFIELDS, ""))
            }
        }
    }

    /// libcurl keeps the pointer: whoever passes it keeps it alive until the transfer has left the multi handle.
    func setPointer(_ option: CURLoption, _ value: UnsafeMutableRawPointer) {
        note(unsafe ccurl_set_pointer(pointer, option, value))
    }

    /// libcurl keeps the list; see ``setPointer(_:_:)``.
    func set(_ option: CURLoption, list: UnsafeMutablePointer<curl_slist>?) {
        note(unsafe ccurl_set_list(pointer, option, list))
    }

    func set(_ option: CURLoption, callback: @escaping ccurl_data_callback) {
        note(unsafe ccurl_set_data_callback(pointer, option, callback))
    }

    func setOpenSocket(_ callback: @escaping curl_opensocket_callback) {
        note(unsafe ccurl_set_open_socket(pointer, callback))
    }

    func setCloseSocket(_ callback: @escaping curl_closesocket_callback) {
        note(unsafe ccurl_set_close_socket(pointer, callback))
    }

    func setBeforeRequest(_ callback: @escaping curl_prereq_callback) {
        note(unsafe ccurl_set_before_request(pointer, callback))
    }

    /// A number libcurl knows about the transfer, or 0.
    func info(_ info: CURLINFO) -> Int {
        var value = 0
        guard unsafe ccurl_get_long(pointer, info, &value) == CURLE_OK else { return 0 }
        return value
    }

    private func note(_ code: CURLcode) {
        if code != CURLE_OK { refusedOption = true }
    }
}
