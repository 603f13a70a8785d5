// Writes vectors.json: what another implementation makes of the same entries and the same key.
// go mod init vectors && go get golang.org/x/mod@v0.20.0 && go run . > vectors.json
package main

import (
	"bytes"
	"crypto/sha256"
	"fmt"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const size = 70

func check(err error) {
	if err != nil {
		panic(err)
	}
}

func main() {
	var stored []tlog.Hash
	read := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		hashes := make([]tlog.Hash, len(indexes))
		for i, index := range indexes {
			hashes[i] = stored[index]
		}
		return hashes, nil
	})
	for i := int64(0); i < size; i++ {
		hashes, err := tlog.StoredHashes(i, []byte(fmt.Sprintf("entry %d", i)), read)
		check(err)
		stored = append(stored, hashes...)
	}
	fmt.Println("{\"trees\": [")
	for n := int64(1); n <= size; n++ {
		root, err := tlog.TreeHash(n, read)
		check(err)
		inclusion, consistency := sha256.New(), sha256.New()
		for i := int64(0); i < n; i++ {
			proof, err := tlog.ProveRecord(n, i, read)
			check(err)
			for _, hash := range proof {
				inclusion.Write(hash[:])
			}
			inclusion.Write([]byte{0xff})
		}
		for old := int64(1); old <= n; old++ {
			proof, err := tlog.ProveTree(n, old, read)
			check(err)
			for _, hash := range proof {
				consistency.Write(hash[:])
			}
			consistency.Write([]byte{0xff})
		}
		end := ","
		if n == size {
			end = ""
		}
		fmt.Printf("  {\"size\": %d, \"root\": \"%x\", \"inclusion\": \"%x\", \"consistency\": \"%x\"}%s\n",
			n, root[:], inclusion.Sum(nil), consistency.Sum(nil), end)
	}
	private, public, err := note.GenerateKey(bytes.NewReader(bytes.Repeat([]byte{7}, 64)), "log.example/site")
	check(err)
	signer, err := note.NewSigner(private)
	check(err)
	root, err := tlog.TreeHash(size, read)
	check(err)
	text := fmt.Sprintf("log.example/site\n%d\n%s\n", size, root.String())
	signed, err := note.Sign(&note.Note{Text: text}, signer)
	check(err)
	fmt.Printf("], \"vkey\": %q, \"checkpoint\": %q}\n", public, signed)
}
