#include "textflag.h"

DATA ·one<>+0(SB)/8, $1
GLOBL ·one<>(SB), RODATA|NOPTR, $8

// The kernel enters with the signal in DI, *siginfo_t in SI, *ucontext_t in DX,
// and on top of the stack where to return to: sigreturn. All other registers are
// saved in the frame it made: they are free.
TEXT ·takeEntry(SB), NOSPLIT|NOFRAME, $0
	MOVL 8(SI), AX             // si_code
	SHLQ $32, AX
	MOVL 16(SI), CX            // si_pid
	ORQ  CX, AX
	MOVL DI, CX
	LEAQ ·senders(SB), R8
	MOVQ AX, (R8)(CX*8)

	DECL CX
	MOVQ $1, AX
	SHLQ CX, AX
	LOCK
	ORQ  AX, ·arrived(SB)

	MOVL $1, AX                // write(2)
	MOVL ·doorbell(SB), DI
	LEAQ ·one<>(SB), SI
	MOVL $8, DX
	SYSCALL
	RET

TEXT ·takeAddress(SB), NOSPLIT, $0-8
	LEAQ ·takeEntry(SB), AX
	MOVQ AX, ret+0(FP)
	RET
